using Slipway.Data;
using Slipway.Jobs.Caching;
using Slipway.Jobs.Compute;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Planning;
using Slipway.Kernel;

namespace Slipway.Jobs.Execution;

/// <summary>What a step came to: its end, the edges to be remembered, and the key to keep the result by.</summary>
internal sealed record StepResult(StepEnd End, IReadOnlyList<NewEdge> Edges, CacheKey? Key)
{
    public static StepResult Of(JobStatus status, string? message) =>
        new(new StepEnd { Status = status, Message = message }, [], null);
}

/// <summary>Finds earlier results that may be taken over.</summary>
internal sealed class StepReuse(Policies<IStepKind> kinds, StepInputs inputs, StepKeys keys, StepCache cache)
{
    /// <summary>The step's end, if the same was done before; null: it has to be run.</summary>
    public async Task<StepResult?> FindAsync(
        JobRecord job, CacheKey? key, IReadOnlyList<ResolvedInput> resolved, CancellationToken ct)
    {
        if (key is null || job.Plan.ForceRerun || await cache.FindAsync(job.Caller.Workspace, key.Key, ct) is not { } earlier)
            return null;

        var end = new StepEnd
        {
            Status = JobStatus.Completed,
            Message = $"Reused the result of job '{earlier.JobName}'.",
            Reused = true,
            RunId = earlier.RunId,
            Outputs = JobsJson.ReadOutputs(earlier.Outputs),
            CacheKey = key.Key,
            CacheParts = key.Parts,
        };
        var edges = Reads(resolved, earlier.RunId).Append(StepRun.Edge("reused", $"run:{earlier.RunId}", $"run:{job.Id}"));
        return new StepResult(end, [.. edges], null);
    }

    /// <summary>
    /// The rows of a new job as they stand when all is taken over that can be before anything runs, so that a job that
    /// was done before is over with the transaction that keeps it.
    /// </summary>
    public async Task<IReadOnlyList<NewEdge>> ApplyAsync(JobRecord job, List<StepRow> rows, long now, CancellationToken ct)
    {
        var edges = new List<NewEdge>();
        var ready = new Queue<int>(rows.Where(row => row.WaitsFor == 0).Select(row => row.Position));
        while (!job.Plan.ForceRerun && ready.TryDequeue(out var position))
        {
            if (await FindAsync(job, position, rows, ct) is not { } result)
                continue;

            rows[position] = Ended(rows[position], result.End, now);
            edges.AddRange(result.Edges);
            foreach (var next in job.SuccessorsOf(position))
            {
                var left = rows[next].WaitsFor - 1;
                rows[next] = rows[next] with { WaitsFor = left, Status = left == 0 ? JobStatus.Queued : JobStatus.NotStarted };
                if (left == 0)
                    ready.Enqueue(next);
            }
        }

        return edges;
    }

    public static IEnumerable<NewEdge> Reads(IReadOnlyList<ResolvedInput> resolved, string runId) =>
        resolved.Where(input => input.Node is not null).Select(input => StepRun.Edge("read", input.Node!, $"run:{runId}"));

    private async Task<StepResult?> FindAsync(JobRecord job, int position, List<StepRow> rows, CancellationToken ct)
    {
        var step = job.Plan.Steps[position];
        var kind = kinds.Get("step kind", step.Kind);
        if (!step.IsDeterministic || !kind.IsDeterministic || step.Inputs.Any(IsFarAway))
            return null;

        try
        {
            var resolved = await inputs.ResolveAsync(job, step, at => Task.FromResult<StepRow?>(rows[at]), ct);
            return await FindAsync(job, await keys.OfAsync(step, kind, resolved, mayFetch: false, ct), resolved, ct);
        }
        catch (SlipwayException)
        {
            // An input or an image is missing: the step says so when it starts, if it is still missing then.
            return null;
        }
    }

    // Nobody should wait for a download to submit a job; the step fetches it, and looks into the cache then.
    private static bool IsFarAway(PlannedInput input) =>
        input.Source is ReferenceSource from && from.Text.Contains("http", StringComparison.OrdinalIgnoreCase);

    private static StepRow Ended(StepRow row, StepEnd end, long now) => row with
    {
        Status = end.Status,
        Message = end.Message,
        Reused = true,
        RunId = end.RunId ?? row.RunId,
        Outputs = JobsJson.Write(end.Outputs),
        CacheKey = end.CacheKey,
        CacheParts = end.CacheParts,
        StartedAt = now,
        EndedAt = now,
    };
}
