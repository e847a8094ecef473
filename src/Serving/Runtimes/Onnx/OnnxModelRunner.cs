using Slipway.Engines.OnnxRuntime;

namespace Slipway.Serving.Runtimes.Onnx;

/// <summary>The engine's own memory: what a protocol writes there is what the engine reads.</summary>
internal sealed class OnnxModelRunner : IModelRunner
{
    private readonly OnnxRunner _runner;

    public OnnxModelRunner(OnnxSession session, OnnxRunnerSettings settings)
    {
        _runner = new OnnxRunner(session, settings);
        Inputs = [.. _runner.Inputs.Select(input => new Input(input))];
        Outputs = [.. _runner.Outputs.Select(output => new Output(output))];
    }

    public int Capacity => _runner.Capacity;

    public InputMemory[] Inputs { get; }

    public OutputMemory[] Outputs { get; }

    public ValueTask RunAsync(int rows, CancellationToken ct)
    {
        _runner.Run(rows, ct);
        return ValueTask.CompletedTask;
    }

    public void Dispose() => _runner.Dispose();

    private sealed class Input(OnnxInput input) : InputMemory
    {
        public override Span<byte> Bytes => input.Bytes;

        public override void SetText(int index, ReadOnlySpan<byte> utf8) => input.SetText(index, utf8);
    }

    private sealed class Output(OnnxOutput output) : OutputMemory
    {
        public override OnnxElementType ElementType => output.ElementType;

        public override ReadOnlySpan<long> Dims => output.Dims;

        public override int Count => output.Count;

        public override ReadOnlySpan<byte> Bytes => output.Bytes;

        public override ReadOnlySpan<byte> Text(int index) => output.Text(index);
    }
}
