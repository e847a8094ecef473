using System.Globalization;
using System.Text.Json;
using Slipway.Engines.OnnxRuntime;
using Slipway.Kernel;
using Slipway.Registry.Contracts;

namespace Slipway.Serving.Scoring;

/// <summary>A loaded model with its inputs and outputs as the protocol shows them. The file, not the signature, says what they are.</summary>
internal sealed class ServedModel : IDisposable
{
    private const int ModestRows = 1024;

    private readonly OnnxSession _session;
    private readonly int _maxRows;

    private ServedModel(OnnxSession session, string name, int version, int maxRows)
    {
        _session = session;
        _maxRows = maxRows;
        Name = name;
        Version = version;
        VersionText = version.ToString(CultureInfo.InvariantCulture);
        FixedRows = RowsOf(session);
        using var runner = CreateRunner(FixedRows ?? 1);
        Inputs = [.. runner.Inputs.Select((input, index) => new TensorPlan(input.Field, index, input.RowLength))];
        Outputs = Probe(runner, FixedRows ?? 1);
    }

    public string Name { get; }

    public int Version { get; }

    public string VersionText { get; }

    /// <summary>The one number of rows that the model takes; null when it is free.</summary>
    public int? FixedRows { get; }

    public TensorPlan[] Inputs { get; }

    public TensorPlan[] Outputs { get; }

    /// <summary>Which output is the predicted class, and which the score; null where there is none.</summary>
    public TensorPlan? Label { get; private set; }

    public TensorPlan? Score { get; private set; }

    /// <summary>Rows of the memory that is laid out for every request, and of that for large ones.</summary>
    public int ModestCapacity => FixedRows ?? Math.Min(ModestRows, _maxRows);

    public int LargeCapacity => FixedRows ?? _maxRows;

    /// <summary>Loads the file and runs it once, so that a model that cannot answer is found out now.</summary>
    public static ServedModel Load(string path, ModelVersion version, int maxRows)
    {
        var session = OnnxSession.Load(path);
        try
        {
            var model = new ServedModel(session, version.Model, version.Number, maxRows);
            model.ChooseRoles(version.SignatureJson);
            return model;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    public OnnxRunner CreateRunner(int capacity) => new(_session, new OnnxRunnerSettings { Capacity = capacity });

    public void Dispose() => _session.Dispose();

    // Rows of zeros, of false and of empty texts.
    private static TensorPlan[] Probe(OnnxRunner runner, int rows)
    {
        foreach (var input in runner.Inputs.Where(input => input.Field.ElementType == OnnxElementType.String))
        {
            for (var i = 0; i < input.RowLength * (input.HasRows ? rows : 1); i++)
                input.SetText(i, ""u8);
        }

        runner.Run(rows, CancellationToken.None);
        return [.. runner.Outputs.Select((output, index) => new TensorPlan(output.Field, index, output.Count / rows))];
    }

    private static int? RowsOf(OnnxSession session)
    {
        if (session.Inputs.All(input => input.HasFreeRows))
            return null;

        var first = session.Inputs[0];
        return first.Dims.Length > 0 && session.Inputs.All(input => input.Dims.Length > 0 && input.Dims[0] == first.Dims[0])
            ? checked((int)first.Dims[0])
            : throw new SlipwayException(
                ErrorCode.EngineFailed,
                $"The inputs {string.Join(", ", session.Inputs.Select(input => $"'{input.Name}' {input.TypeText}"))} have no "
                + "common number of rows; export the model with a first dimension that is the batch for all of them.");
    }

    // The signature says it; without one, a lonely column that is no float is the class, and the first floats the score.
    private void ChooseRoles(string? signatureJson)
    {
        var signature = signatureJson is null ? null : Signature(signatureJson);
        Label = WithRole("label") ?? Outputs.FirstOrDefault(output => output.RowLength == 1 && !IsFloat(output));
        Score = WithRole("score") ?? Outputs.FirstOrDefault(IsFloat);

        TensorPlan? WithRole(string role) => signature?.Outputs.FirstOrDefault(output => output.Role == role) is { } named
            ? Outputs.FirstOrDefault(output => output.Name == named.Name)
            : null;
    }

    private static ModelSignature? Signature(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ServingJson.Default.ModelSignature);
        }
        catch (JsonException)
        {
            // A signature of another system's form; the file tells the rest.
            return null;
        }
    }

    private static bool IsFloat(TensorPlan output) =>
        output.ElementType is OnnxElementType.Float or OnnxElementType.Double;
}
