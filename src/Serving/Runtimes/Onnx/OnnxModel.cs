using Slipway.Engines.OnnxRuntime;
using Slipway.Kernel;

namespace Slipway.Serving.Runtimes.Onnx;

/// <summary>An ONNX file in memory. The file, not the signature, says what it takes.</summary>
internal sealed class OnnxModel : IRunningModel
{
    private readonly OnnxSession _session;
    private readonly OnnxRunnerSettings _settings;

    private OnnxModel(OnnxSession session, long fileBytes, TritonConfig? config)
    {
        _session = session;
        MemoryBytes = fileBytes;
        FixedRows = RowsOf(session);
        var rowShapes = config?.RowShapes(session);
        _settings = new OnnxRunnerSettings { RowShapes = rowShapes, Outputs = config is { Outputs.Count: > 0 } ? [.. config.Outputs.Select(output => output.Name)] : null };
        using var runner = new OnnxRunner(_session, _settings with { Capacity = FixedRows ?? 1 });
        Inputs = [.. runner.Inputs.Select((input, index) => Plan(input.Field, index, input.RowLength, rowShapes?.GetValueOrDefault(input.Field.Name)))];
        Outputs = Probe(runner, FixedRows ?? 1);
    }

    public string Platform => "onnx_onnxv1";

    public TensorPlan[] Inputs { get; }

    public TensorPlan[] Outputs { get; }

    public int? FixedRows { get; }

    public long MemoryBytes { get; }

    /// <param name="triton">What is said of the file beside it; null: nothing.</param>
    public static OnnxModel Load(string path, OnnxSessionSettings settings, TritonConfig? triton = null)
    {
        var session = OnnxSession.Load(path, settings);
        try
        {
            return new OnnxModel(session, new FileInfo(path).Length, triton);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    public IModelRunner CreateRunner(int capacity) => new OnnxModelRunner(_session, _settings with { Capacity = capacity });

    public void Dispose() => _session.Dispose();

    private static TensorPlan Plan(OnnxField field, int index, int rowLength, long[]? rowShape = null) => new(
        field.Name, field.ElementType, rowShape is null || !field.HasFreeRows ? [.. field.Dims] : [-1, .. rowShape], field.HasFreeRows, index, rowLength);

    // Rows of zeros, of false and of empty texts.
    private static TensorPlan[] Probe(OnnxRunner runner, int rows)
    {
        foreach (var input in runner.Inputs.Where(input => input.Field.ElementType == OnnxElementType.String))
        {
            for (var i = 0; i < input.RowLength * (input.HasRows ? rows : 1); i++)
                input.SetText(i, ""u8);
        }

        runner.Run(rows, CancellationToken.None);
        return [.. runner.Outputs.Select((output, index) => Plan(output.Field, index, output.Count / rows))];
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
}
