using Slipway.Kernel;

namespace Slipway.Serving.Runtimes.Batching;

/// <summary>A model whose requests, when they come together, are scored in one run.</summary>
internal sealed class BatchedModel : IRunningModel
{
    private readonly IRunningModel _model;
    private readonly BatchQueue _queue;

    private BatchedModel(IRunningModel model, BatchQueue queue)
    {
        _model = model;
        _queue = queue;
    }

    public string Platform => _model.Platform;

    public TensorPlan[] Inputs => _model.Inputs;

    public TensorPlan[] Outputs => _model.Outputs;

    public int? FixedRows => null;

    public IBodyModel? Bodies => _model.Bodies;

    public DeploymentLog? Log => _model.Log;

    public long MemoryBytes => _model.MemoryBytes;

    /// <param name="runs">Joint runs at the same time.</param>
    public static BatchedModel Create(IRunningModel model, int maxBatch, TimeSpan maxDelay, int runs, TimeProvider time)
    {
        if (model.FixedRows is { } only)
            throw SlipwayException.Invalid($"The model takes {only} rows at a time, so that requests cannot be joined; leave 'max_batch' out.");
        return model.Outputs.FirstOrDefault(output => !output.HasRows) is { } whole
            ? throw SlipwayException.Invalid($"Output {whole} has no rows that could be dealt out to requests; leave 'max_batch' out.")
            : new BatchedModel(model, new BatchQueue(model, maxBatch, maxDelay, runs, time));
    }

    public IModelRunner CreateRunner(int capacity) => new BatchedRunner(_model.CreateRunner(capacity), _model, _queue);

    public void Dispose()
    {
        _queue.Dispose();
        _model.Dispose();
    }
}
