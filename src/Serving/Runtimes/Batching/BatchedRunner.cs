using System.Threading.Tasks.Sources;
using Slipway.Engines.OnnxRuntime;

namespace Slipway.Serving.Runtimes.Batching;

/// <summary>
/// The tensors of one request that may be joined with others. It has an engine's memory of its own: a request that comes
/// alone is run there, and nothing is copied.
/// </summary>
internal sealed class BatchedRunner : IModelRunner, IValueTaskSource
{
    private readonly IModelRunner _own;
    private readonly TensorPlan[] _plans;
    private readonly BatchQueue _queue;
    private readonly DealtOutput[] _outputs;
    private ManualResetValueTaskSourceCore<bool> _done = new() { RunContinuationsAsynchronously = true };

    public BatchedRunner(IModelRunner own, IRunningModel model, BatchQueue queue)
    {
        _own = own;
        _plans = model.Inputs;
        _queue = queue;
        Inputs = [.. model.Inputs.Select(plan => plan.ElementType == OnnxElementType.String ? new KeptTexts(own.Inputs[plan.Index]) : own.Inputs[plan.Index])];
        _outputs = [.. own.Outputs.Select(output => new DealtOutput(output))];
        Outputs = [.. _outputs];
    }

    public int Capacity => _own.Capacity;

    public InputMemory[] Inputs { get; }

    public OutputMemory[] Outputs { get; }

    /// <inheritdoc/>
    public byte[]? Parameters
    {
        get => _own.Parameters;
        set => _own.Parameters = value;
    }

    /// <summary>Of the request in hand.</summary>
    public int Rows { get; private set; }

    /// <summary>When the queue got it.</summary>
    public long Since { get; set; }

    public async ValueTask RunAsync(int rows, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        Rows = rows;
        if (Parameters is not null)
        {
            await RunAloneAsync(ct);
            return;
        }

        _done.Reset();
        var answered = new ValueTask(this, _done.Version);
        _queue.Add(this);
        await using (ct.UnsafeRegister(static (runner, token) => ((BatchedRunner)runner!).Leave(token), this))
            await answered;
    }

    /// <summary>Runs the request by itself, in its own memory.</summary>
    public ValueTask RunAloneAsync(CancellationToken ct = default)
    {
        foreach (var output in _outputs)
            output.IsDealt = false;
        return _own.RunAsync(Rows, ct);
    }

    public void CopyInputsTo(IModelRunner joint, int firstRow)
    {
        foreach (var plan in _plans)
        {
            var (count, from) = (Rows * plan.RowLength, firstRow * plan.RowLength);
            var target = joint.Inputs[plan.Index];
            if (Inputs[plan.Index] is KeptTexts texts)
            {
                for (var i = 0; i < count; i++)
                    target.SetText(from + i, texts.Texts[i]);
            }
            else
            {
                Inputs[plan.Index].Bytes[..(count * plan.ElementSize)].CopyTo(target.Bytes[(from * plan.ElementSize)..]);
            }
        }
    }

    public void TakeOutputs(IModelRunner joint, int firstRow)
    {
        for (var i = 0; i < _outputs.Length; i++)
            _outputs[i].Take(joint.Outputs[i], firstRow, Rows);
    }

    public void Answer() => _done.SetResult(true);

    public void Fail(Exception exception) => _done.SetException(exception);

    public void Dispose() => _own.Dispose();

    void IValueTaskSource.GetResult(short token) => _done.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _done.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _done.OnCompleted(continuation, state, token, flags);

    // Whoever is in a run already stays for its end: the run writes into this memory.
    private void Leave(CancellationToken token)
    {
        if (_queue.Remove(this))
            _done.SetException(new OperationCanceledException(token));
    }

    /// <summary>Texts that the engine has taken cannot be read back, and a joint run needs them once more.</summary>
    private sealed class KeptTexts(InputMemory own) : InputMemory
    {
        public TextCapture Texts { get; } = new();

        public override Span<byte> Bytes => [];

        public override void SetText(int index, ReadOnlySpan<byte> utf8)
        {
            if (index == 0)
                Texts.Clear();
            Texts.Add(utf8);
            own.SetText(index, utf8);
        }
    }
}
