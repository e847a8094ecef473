using System.Data;
using Slipway.Data;
using Slipway.Jobs.Caching;
using Slipway.Kernel;
using Slipway.Tracking.Contracts;

namespace Slipway.Jobs.Execution;

/// <summary>Says that a step runs: in its row, and by its tracking run.</summary>
internal sealed class StepStarts(Database database, JobStore jobs, StepStore steps, TimeProvider time)
{
    public async Task<Run> StartAsync(ActiveJob job, StepRow row, CacheKey? key, CancellationToken ct)
    {
        // Begun together, the two writes share a commit.
        var marking = MarkAsync(job, row, key, ct);
        var starting = job.StartRunAsync(row, ct);
        await Task.WhenAll(marking, starting);
        return await starting;
    }

    private async Task MarkAsync(ActiveJob job, StepRow row, CacheKey? key, CancellationToken ct)
    {
        var isFirst = !job.IsStarted;
        var marked = await database.WriteAsync(
            IsolationLevel.ReadCommitted,
            async (tx, token) =>
            {
                var now = time.UtcNow();
                if (isFirst)
                    await jobs.MarkStartedAsync(tx, row.JobId, now, token);
                return await steps.MarkRunningAsync(tx, row.JobId, row.Position, key?.Key, key?.Parts, now, token);
            },
            ct);
        job.IsStarted = true;
        if (!marked)
            throw new OperationCanceledException("The step was ended while it was about to start.");
    }
}
