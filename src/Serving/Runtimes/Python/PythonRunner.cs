using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Slipway.Kernel;
using Slipway.Serving.Scoring;

namespace Slipway.Serving.Runtimes.Python;

/// <summary>The tensors of one request, sent to a worker and back.</summary>
internal sealed class PythonRunner : IModelRunner
{
    private readonly PythonModel _model;
    private readonly HeapInput[] _inputs;
    private readonly HeapOutput[] _outputs;
    private readonly byte[] _head;
    private readonly WorkerCall _call = new();

    public PythonRunner(PythonModel model, int capacity)
    {
        _model = model;
        Capacity = capacity;
        _inputs = [.. model.Inputs.Select(input => new HeapInput(input, capacity))];
        _outputs = [.. model.Outputs.Select(output => new HeapOutput(output.ElementType))];
        _head = JsonSerializer.SerializeToUtf8Bytes([.. model.Outputs.Select(output => new[] { output.Name, output.DataType })], PythonJson.Default.StringArrayArray);
        Inputs = [.. _inputs];
        Outputs = [.. _outputs];
    }

    public int Capacity { get; }

    public InputMemory[] Inputs { get; }

    public OutputMemory[] Outputs { get; }

    /// <inheritdoc/>
    public byte[]? Parameters { get; set; }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask RunAsync(int rows, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        await AskAsync(rows);
        Read();
    }

    /// <summary>What the model answers to one row, where nothing is known of its outputs.</summary>
    public async Task<TensorPlan[]> ProbeAsync()
    {
        await AskAsync(rows: 1);
        return Plans(_call.Head);
    }

    public void Dispose() => _call.Dispose();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask AskAsync(int rows)
    {
        var frame = _call.Begin(Parameters is null ? _head : [.. _head.AsSpan()[..^1], .. _outputs.Length == 0 ? ""u8 : ","u8, .. """["","""u8, .. Parameters, .. "]]"u8]);
        foreach (var input in _inputs)
            input.Write(rows, frame);
        _call.End(rows);
        await _model.Pool.AskAsync(_call);
        _call.CheckAnswer("The model failed");
    }

    private void Read()
    {
        var tensors = new WorkerTensors(_call.Head);
        Span<long> dims = stackalloc long[ScoringSlot.MaxRank];
        var body = _call.Body;
        for (var i = 0; i < _outputs.Length; i++)
        {
            var shape = dims[..tensors.Next(dims)];
            if (tensors.Size < 0 || tensors.Size > body.Length || !_outputs[i].TryTake(shape, body[..tensors.Size]))
                throw new SlipwayException(ErrorCode.EngineFailed, $"The model's answer is not what its output '{_model.Outputs[i].Name}' is.");
            body = body[tensors.Size..];
        }
    }

    private static TensorPlan[] Plans(ReadOnlySpan<byte> head)
    {
        var plans = new List<TensorPlan>();
        Span<long> dims = stackalloc long[ScoringSlot.MaxRank];
        for (var tensors = new WorkerTensors(head); !tensors.IsAtEnd;)
        {
            var inner = dims[1..tensors.Next(dims)];
            var rowLength = 1L;
            foreach (var dim in inner)
                rowLength *= dim;
            plans.Add(new TensorPlan(
                Encoding.UTF8.GetString(tensors.Name), OipTypes.Parse(Encoding.UTF8.GetString(tensors.DataType)), [-1, .. inner], hasRows: true, plans.Count, checked((int)rowLength)));
        }

        return [.. plans];
    }
}
