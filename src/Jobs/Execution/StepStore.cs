using System.Data.Common;
using Slipway.Data;
using Slipway.Jobs.Contracts;

namespace Slipway.Jobs.Execution;

/// <summary>The table of steps.</summary>
internal sealed class StepStore(Database database)
{
    private const string Columns =
        "job_id, position, name, kind, status, run_id, waits_for, attempt, reused, message, cache_key, cache_parts, outputs, "
        + "started_at, ended_at";

    public Task AddAsync(DbTransaction tx, IReadOnlyList<StepRow> steps, CancellationToken ct) => tx.ExecuteAsync(
        $"""
        insert into job_steps ({Columns})
        values (
            @JobId, @Position, @Name, @Kind, @Status, @RunId, @WaitsFor, 0, @Reused, @Message, @CacheKey, @CacheParts, @Outputs,
            @StartedAt, @EndedAt)
        """,
        steps.Select(step => new
        {
            step.JobId,
            step.Position,
            step.Name,
            step.Kind,
            Status = step.Status.ToString(),
            step.RunId,
            step.WaitsFor,
            step.Reused,
            step.Message,
            step.CacheKey,
            step.CacheParts,
            step.Outputs,
            step.StartedAt,
            step.EndedAt,
        }),
        ct);

    public Task<IReadOnlyList<StepRow>> ListAsync(string jobId, CancellationToken ct) => database.QueryAsync<StepRow>(
        $"select {Columns} from job_steps where job_id = @JobId order by position", new { JobId = jobId }, ct);

    public Task<IReadOnlyList<StepRow>> ListAsync(IReadOnlyList<string> jobIds, CancellationToken ct) =>
        database.QueryAsync<StepRow>(
            $"select {Columns} from job_steps where {database.Dialect.AnyOf("job_id", "@JobIds")} order by job_id, position",
            new { JobIds = jobIds.ToArray() },
            ct);

    public Task<StepRow?> FindAsync(string jobId, int position, CancellationToken ct) => database.FindAsync<StepRow>(
        $"select {Columns} from job_steps where job_id = @JobId and position = @Position",
        new { JobId = jobId, Position = position },
        ct);

    public Task<LeasedStep?> FindLeasedAsync(string jobId, int position, CancellationToken ct) => database.FindAsync<LeasedStep>(
        $"""
        select {Columns},
            (select case when cancel_requested then 1 else 0 end from jobs where id = job_id) as canceled,
            (select failed_steps from jobs where id = job_id) as failed
        from job_steps
        where job_id = @JobId and position = @Position
        """,
        new { JobId = jobId, Position = position },
        ct);

    /// <summary>False: the step is over, or its job is to end.</summary>
    public async Task<bool> MarkRunningAsync(
        DbTransaction tx, string jobId, int position, string? cacheKey, string? cacheParts, long now, CancellationToken ct) =>
        await tx.ExecuteAsync(
            """
            update job_steps set
                status = 'Running', attempt = attempt + 1, started_at = coalesce(started_at, @Now), message = null,
                cache_key = @CacheKey, cache_parts = @CacheParts
            where job_id = @JobId and position = @Position and status in ('Queued', 'Running')
            """,
            new { JobId = jobId, Position = position, CacheKey = cacheKey, CacheParts = cacheParts, Now = now },
            ct) == 1;

    public Task MarkQueuedAgainAsync(
        DbTransaction tx, string jobId, int position, string message, CancellationToken ct) => tx.ExecuteAsync(
        """
        update job_steps set status = 'Queued', message = @Message
        where job_id = @JobId and position = @Position and status = 'Running'
        """,
        new { JobId = jobId, Position = position, Message = message },
        ct);

    /// <summary>False: it was over before.</summary>
    public async Task<bool> EndAsync(
        DbTransaction tx, string jobId, int position, StepEnd end, long now, CancellationToken ct) =>
        await tx.ExecuteAsync(
            """
            update job_steps set
                status = @Status, message = @Message, reused = @Reused, run_id = coalesce(@RunId, run_id), outputs = @Outputs,
                cache_key = coalesce(@CacheKey, cache_key), cache_parts = coalesce(@CacheParts, cache_parts),
                started_at = coalesce(started_at, @StartedAt), ended_at = @Now
            where job_id = @JobId and position = @Position and status not in ('Completed', 'Failed', 'Canceled')
            """,
            new
            {
                JobId = jobId,
                Position = position,
                Status = end.Status.ToString(),
                end.Message,
                end.Reused,
                end.RunId,
                Outputs = JobsJson.Write(end.Outputs),
                end.CacheKey,
                end.CacheParts,
                StartedAt = end.Status == JobStatus.Canceled ? (long?)null : now,
                Now = now,
            },
            ct) == 1;

    /// <summary>Steps that it waits for are over. Returns how many are left; null when it will not run.</summary>
    public async Task<int?> CountDownAsync(DbTransaction tx, string jobId, int position, int by, CancellationToken ct) =>
        await tx.FindAsync<int?>(
            """
            update job_steps set waits_for = waits_for - @By
            where job_id = @JobId and position = @Position and status = 'NotStarted'
            returning waits_for
            """,
            new { JobId = jobId, Position = position, By = by },
            ct);

    public Task MarkQueuedAsync(DbTransaction tx, string jobId, IEnumerable<int> positions, CancellationToken ct) =>
        tx.ExecuteAsync(
            "update job_steps set status = 'Queued' where job_id = @JobId and position = @Position",
            positions.Select(position => new { JobId = jobId, Position = position }),
            ct);

    /// <summary>Ends a step that has not begun. False: it has, or is over.</summary>
    public async Task<bool> SkipAsync(
        DbTransaction tx, string jobId, int position, string message, long now, CancellationToken ct) =>
        await tx.ExecuteAsync(
            """
            update job_steps set status = 'Canceled', message = @Message, ended_at = @Now
            where job_id = @JobId and position = @Position and status in ('NotStarted', 'Queued')
            """,
            new { JobId = jobId, Position = position, Message = message, Now = now },
            ct) == 1;

    /// <summary>Ends all steps that have not begun; returns how many.</summary>
    public Task<int> SkipWaitingAsync(
        DbTransaction tx, string jobId, string message, IReadOnlyList<int> except, long now, CancellationToken ct) =>
        tx.ExecuteAsync(
            $"""
            update job_steps set status = 'Canceled', message = @Message, ended_at = @Now
            where job_id = @JobId and status in ('NotStarted', 'Queued')
                and {database.Dialect.NoneOf("position", "@Except")}
            """,
            new { JobId = jobId, Message = message, Now = now, Except = except.ToArray() },
            ct);
}

/// <summary>How a step ended.</summary>
internal sealed record StepEnd
{
    private static readonly Dictionary<string, StepOutput> s_none = [];

    public required JobStatus Status { get; init; }

    public string? Message { get; init; }

    public bool Reused { get; init; }

    /// <summary>The run whose result was taken over; null keeps the step's own.</summary>
    public string? RunId { get; init; }

    public IReadOnlyDictionary<string, StepOutput> Outputs { get; init; } = s_none;

    public string? CacheKey { get; init; }

    public string? CacheParts { get; init; }

    /// <summary>Set when the rest of the pipeline is to be skipped.</summary>
    public string? SkipRest { get; init; }
}
