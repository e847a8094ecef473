using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Slipway.Engines.OnnxRuntime.Native;
using Slipway.Kernel;

namespace Slipway.Engines.OnnxRuntime;

/// <summary>
/// Runs a session again and again over memory that is laid out once: fill <see cref="Inputs"/>, call <see cref="Run"/>,
/// read <see cref="Outputs"/>. A run allocates nothing in .NET's heap. For one thread at a time; make one for each
/// thread.
/// </summary>
public sealed unsafe class OnnxRunner : IDisposable
{
    private readonly Names _inputNames;
    private readonly Names _outputNames;
    private readonly RunOptions _options = new();
    private readonly SessionHandle? _session;
    private nint* _values;
    private bool _disposed;

    public OnnxRunner(OnnxSession session, OnnxRunnerSettings settings)
    {
        if (settings.Capacity < 1)
            throw SlipwayException.Invalid($"A runner needs room for at least one row, not for {settings.Capacity}.");

        Capacity = settings.Capacity;
        Inputs = [.. session.Inputs.Select(input => new OnnxInput(
            input, settings.Capacity, settings.RowShapes?.GetValueOrDefault(input.Name)))];
        Outputs = [.. Chosen(session, settings).Select(output =>
            new OnnxOutput(output, HasRowsOfInputs(session, output)))];
        FixedRows = Inputs.Any(input => input.HasRows) ? null : FirstDim(session);
        _inputNames = new([.. Inputs.Select(input => input.Field.Name)]);
        _outputNames = new([.. Outputs.Select(output => output.Field.Name)]);
        _session = session.Reference();
        try
        {
            Allocate();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    ~OnnxRunner() => Free();

    public int Capacity { get; }

    /// <summary>The one number of rows that the model takes, if it does not leave it free.</summary>
    public int? FixedRows { get; }

    public ImmutableArray<OnnxInput> Inputs { get; }

    public ImmutableArray<OnnxOutput> Outputs { get; }

    public OnnxInput Input(string name) =>
        Inputs.FirstOrDefault(input => input.Field.Name == name)
            ?? throw SlipwayException.Invalid(Unknown("input", name, Inputs.Select(input => input.Field.Name)));

    public OnnxOutput Output(string name) =>
        Outputs.FirstOrDefault(output => output.Field.Name == name)
            ?? throw SlipwayException.Invalid(Unknown("output", name, Outputs.Select(output => output.Field.Name)));

    /// <summary>
    /// Runs the first <paramref name="rows"/> rows of the inputs. A cancelled token stops it before the next operator.
    /// </summary>
    public void Run(int rows, CancellationToken ct)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (rows < 1 || rows > Capacity || (FixedRows is { } only && rows != only))
            throw WrongRows(rows);

        var outputs = _values + Inputs.Length;
        for (var index = 0; index < Inputs.Length; index++)
        {
            Inputs[index].Prepare(rows);
            _values[index] = Inputs[index].Value;
        }

        for (var index = 0; index < Outputs.Length; index++)
            outputs[index] = Outputs[index].Prepare(rows);

        using (_options.StopOn(ct))
        {
            var status = OrtApi.Run(
                _session!.DangerousGetHandle(),
                _options.Handle,
                _inputNames.Pointers,
                _values,
                (nuint)Inputs.Length,
                _outputNames.Pointers,
                (nuint)Outputs.Length,
                outputs);
            RunOptions.Check(status, ct);
        }

        // First all, so that each value has an owner when reading one of them fails.
        for (var index = 0; index < Outputs.Length; index++)
            Outputs[index].Take(outputs[index]);
        foreach (var output in Outputs)
            output.Read();
    }

    public void Dispose()
    {
        Free();
        _inputNames.Dispose();
        _outputNames.Dispose();
        _options.Dispose();
        GC.SuppressFinalize(this);
    }

    private static IEnumerable<OnnxField> Chosen(OnnxSession session, OnnxRunnerSettings settings)
    {
        var all = session.Outputs;
        return settings.Outputs?.Select(Find) ?? all;

        OnnxField Find(string name) =>
            all.FirstOrDefault(output => output.Name == name)
                ?? throw SlipwayException.Invalid(Unknown("output", name, all.Select(output => output.Name)));
    }

    // The model promises it by the same name of both first dimensions; without a name the engine finds out while it
    // runs.
    private static bool HasRowsOfInputs(OnnxSession session, OnnxField output) =>
        output.HasFreeRows
        && output.DimNames[0].Length > 0
        && !output.Dims.Skip(1).Contains(-1)
        && session.Inputs.Any(input => input.HasFreeRows && input.DimNames[0] == output.DimNames[0]);

    private static int FirstDim(OnnxSession session) =>
        session.Inputs.FirstOrDefault(input => input.Dims.Length > 0) is { } input ? checked((int)input.Dims[0]) : 1;

    private static string Unknown(string kind, string name, IEnumerable<string> known) =>
        $"The model has no {kind} '{name}'; it has {string.Join(", ", known.Select(field => $"'{field}'"))}.";

    private SlipwayException WrongRows(int rows) => SlipwayException.Invalid(
        FixedRows is { } only
            ? $"The model takes {only} rows at a time, not {rows}."
            : $"A run takes 1 to {Capacity} rows, not {rows}.");

    private void Allocate()
    {
        _values = (nint*)NativeMemory.AllocZeroed((nuint)(Inputs.Length + Outputs.Length), (nuint)sizeof(nint));
        foreach (var input in Inputs)
            input.Allocate();
        foreach (var output in Outputs)
            output.Allocate(Capacity);
    }

    private void Free()
    {
        if (_disposed)
            return;

        _disposed = true;
        if (Inputs.IsDefault || Outputs.IsDefault)
            return;

        foreach (var input in Inputs)
            input.Free();
        foreach (var output in Outputs)
            output.Free();
        NativeMemory.Free(_values);
        _values = null;
        _session?.DangerousRelease();
    }
}
