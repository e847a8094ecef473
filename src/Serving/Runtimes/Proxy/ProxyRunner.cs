using System.Buffers;
using Slipway.Engines.OnnxRuntime;
using Slipway.Kernel;
using Slipway.Serving.Scoring;

namespace Slipway.Serving.Runtimes.Proxy;

/// <summary>The tensors of one request, sent to a model server and back.</summary>
internal sealed class ProxyRunner : IModelRunner
{
    private readonly ProxyModel _model;
    private readonly HeapInput[] _inputs;
    private readonly HeapOutput[] _outputs;
    private readonly ArrayBufferWriter<byte> _body = new();

    public ProxyRunner(ProxyModel model, int capacity)
    {
        _model = model;
        Capacity = capacity;
        _inputs = [.. model.Inputs.Select(input => new HeapInput(input, capacity))];
        _outputs = [.. model.Outputs.Select(output => new HeapOutput(output.ElementType))];
        Inputs = [.. _inputs];
        Outputs = [.. _outputs];
    }

    public int Capacity { get; }

    public InputMemory[] Inputs { get; }

    public OutputMemory[] Outputs { get; }

    public async ValueTask RunAsync(int rows, CancellationToken ct)
    {
        var answered = await _model.AskAsync(rows, _inputs, _body, ct);
        for (var i = 0; i < _outputs.Length; i++)
        {
            var plan = _model.Outputs[i];
            if (answered.FirstOrDefault(tensor => tensor.Name == plan.Name) is not { } tensor
                || tensor.Type != plan.ElementType || tensor.Dims.Length > ScoringSlot.MaxRank || tensor.Dims.Length == 0 || tensor.Dims[0] != rows
                || !_outputs[i].TryTake(tensor.Dims, tensor.Bytes))
            {
                throw new SlipwayException(ErrorCode.EngineFailed, $"The model server's answer is not what its output '{plan.Name}' was when it was deployed, or not for {rows} rows.");
            }
        }
    }

    /// <summary>What the server answers to rows of zeros, where nothing is known of its outputs.</summary>
    public async Task<TensorPlan[]> ProbeAsync(int rows, CancellationToken ct)
    {
        foreach (var input in _inputs.Where(input => input.Plan.ElementType == OnnxElementType.String))
        {
            for (var i = 0; i < input.Count(rows); i++)
                input.SetText(i, default);
        }

        var answered = await _model.AskAsync(rows, _inputs, _body, ct);
        return [.. answered.Select((tensor, index) => Plan(tensor, index, rows))];
    }

    public void Dispose()
    {
    }

    private static TensorPlan Plan(AnsweredTensor tensor, int index, int rows)
    {
        if (tensor.Dims.Length is 0 or > ScoringSlot.MaxRank || tensor.Dims[0] != rows)
        {
            throw new SlipwayException(
                ErrorCode.EngineFailed, $"The model server's output '{tensor.Name}' has the shape {TensorPlan.ShapeText(tensor.Dims)} for {rows} rows; its first dimension must be the rows.");
        }

        var rowLength = tensor.Dims.Skip(1).Aggregate(1L, static (product, dim) => product * dim);
        return new TensorPlan(tensor.Name, tensor.Type, [-1, .. tensor.Dims.Skip(1)], hasRows: true, index, checked((int)rowLength));
    }
}
