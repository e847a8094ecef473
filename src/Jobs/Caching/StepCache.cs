using System.Data.Common;
using Slipway.Data;
using Slipway.Jobs.Execution;
using Slipway.Kernel;

namespace Slipway.Jobs.Caching;

/// <summary>The results of finished steps, by what they depend on.</summary>
internal sealed class StepCache(Database database)
{
    private const string Columns = "key, step_name, job_id, job_name, run_id, parts, outputs, created_at";

    public Task<CachedStep?> FindAsync(WorkspaceName workspace, string key, CancellationToken ct) =>
        database.FindAsync<CachedStep>(
            $"select {Columns} from step_cache where workspace = @Workspace and key = @Key",
            new { Workspace = workspace.Value, Key = key },
            ct);

    /// <summary>The last result is the one that is taken over.</summary>
    public Task KeepAsync(
        DbTransaction tx, JobRecord job, int position, CacheKey key, string runId, string outputs, long now, CancellationToken ct) =>
        tx.ExecuteAsync(
            """
            insert into step_cache (workspace, key, kind, step_name, job_id, job_name, run_id, parts, outputs, created_at)
            values (@Workspace, @Key, @Kind, @StepName, @JobId, @JobName, @RunId, @Parts, @Outputs, @Now)
            on conflict (workspace, key) do update set
                step_name = excluded.step_name, job_id = excluded.job_id, job_name = excluded.job_name,
                run_id = excluded.run_id, outputs = excluded.outputs, created_at = excluded.created_at
            """,
            new
            {
                Workspace = job.Caller.Workspace.Value,
                key.Key,
                job.Plan.Steps[position].Kind,
                StepName = CommonName(job, position),
                JobId = job.Id,
                JobName = job.Name,
                RunId = runId,
                key.Parts,
                Outputs = outputs,
                Now = now,
            },
            ct);

    /// <summary>Earlier results of the step of this name, newest first, made before a time by other jobs.</summary>
    public Task<IReadOnlyList<CachedStep>> EarlierAsync(
        JobRecord job, int position, long before, int limit, CancellationToken ct) =>
        database.QueryAsync<CachedStep>(
            $"""
            select {Columns} from step_cache
            where workspace = @Workspace and kind = @Kind and step_name = @StepName
                and created_at <= @Before and job_id <> @JobId
            order by created_at desc
            limit @Limit
            """,
            new
            {
                Workspace = job.Caller.Workspace.Value,
                job.Plan.Steps[position].Kind,
                StepName = CommonName(job, position),
                Before = before,
                JobId = job.Id,
                Limit = limit,
            },
            ct);

    // The step of a job that is no pipeline is called after the job, and so never twice the same.
    private static string CommonName(JobRecord job, int position) => job.IsPipeline ? job.Plan.Steps[position].Name : "";
}

/// <summary>A finished step's result.</summary>
internal sealed record CachedStep
{
    public required string Key { get; init; }

    public required string StepName { get; init; }

    public required string JobId { get; init; }

    public required string JobName { get; init; }

    public required string RunId { get; init; }

    public required string Parts { get; init; }

    public required string Outputs { get; init; }

    public required long CreatedAt { get; init; }
}
