using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;

namespace Slipway.Etl.Incremental;

/// <summary>When the job of a window is over, the next windows may start.</summary>
internal sealed class WindowsAfterJobs(DataflowStore store, WorkQueue queue) : IEventHandler<JobFinished>
{
    public async Task HandleAsync(JobFinished happened, CancellationToken ct)
    {
        if (happened.Job.Tags.TryGetValue(Dataflow.Tag, out var name) && await store.FindAsync(happened.Caller.Workspace, name, ct) is { } dataflow)
            await queue.EnqueueAsync(dataflow.Look(), ct);
    }
}
