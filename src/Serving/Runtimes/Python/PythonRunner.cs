using System.Buffers;
using System.Text.Json;
using Slipway.Kernel;

namespace Slipway.Serving.Runtimes.Python;

/// <summary>The tensors of one request, sent to a worker and back.</summary>
internal sealed class PythonRunner : IModelRunner
{
    private readonly PythonModel _model;
    private readonly HeapInput[] _inputs;
    private readonly HeapOutput[] _outputs;
    private readonly string[][] _wanted;
    private readonly ArrayBufferWriter<byte> _body = new();

    public PythonRunner(PythonModel model, int capacity)
    {
        _model = model;
        Capacity = capacity;
        _inputs = [.. model.Inputs.Select(input => new HeapInput(input, capacity))];
        _outputs = [.. model.Outputs.Select(output => new HeapOutput(output.ElementType))];
        _wanted = [.. model.Outputs.Select(output => new[] { output.Name, output.DataType })];
        Inputs = [.. _inputs];
        Outputs = [.. _outputs];
    }

    public int Capacity { get; }

    public InputMemory[] Inputs { get; }

    public OutputMemory[] Outputs { get; }

    public async ValueTask RunAsync(int rows, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var answer = await AskAsync(rows);
        var tensors = answer.Head.Outputs!;
        var at = 0;
        for (var i = 0; i < _outputs.Length; i++)
        {
            var size = i < tensors.Count ? tensors[i].Size : -1;
            if (size < 0 || size > answer.Body.Length - at || !_outputs[i].TryTake(tensors[i].Dims, answer.Body.Slice(at, size)))
                throw new SlipwayException(ErrorCode.EngineFailed, $"The model's answer is not what its output '{_wanted[i][0]}' is.");
            at += size;
        }
    }

    /// <summary>The worker's answer to the inputs' first rows.</summary>
    public ValueTask<WorkerAnswer> AskAsync(int rows)
    {
        _body.ResetWrittenCount();
        foreach (var input in _inputs)
            input.Write(rows, _body);
        var head = JsonSerializer.SerializeToUtf8Bytes(new TensorHead(rows, _wanted), PythonJson.Default.TensorHead);
        return _model.Pool.AskAsync(head, _body.WrittenMemory);
    }

    public void Dispose()
    {
    }
}
