using System.Data.Common;
using Slipway.Data;
using Slipway.Jobs.Contracts;

namespace Slipway.Jobs.Sweeps;

/// <summary>The trials of sweeps; each is a job of its own.</summary>
internal sealed class TrialStore(Database database)
{
    private const string Columns =
        """
        number, jobs.id as job_id, jobs.name as job_name, jobs.status as status, jobs.message as message, point, parameters,
        job_steps.run_id as run_id, job_steps.reused as reused, job_steps.outputs as outputs, jobs.started_at as started_at, jobs.ended_at as ended_at
        from trials join jobs on jobs.id = trials.job_id join job_steps on job_steps.job_id = jobs.id and position = 0
        """;

    /// <summary>False: there is a trial of this number.</summary>
    public static async Task<bool> AddAsync(
        DbTransaction tx, string sweepRunId, int number, string jobId, string point, string parameters, CancellationToken ct) =>
        await tx.ExecuteAsync(
            """
            insert into trials (sweep_run_id, number, job_id, point, parameters) values (@Sweep, @Number, @JobId, @Point, @Parameters)
            on conflict (sweep_run_id, number) do nothing
            """,
            new { Sweep = sweepRunId, Number = number, JobId = jobId, Point = point, Parameters = parameters },
            ct) == 1;

    /// <summary>In the order of their numbers.</summary>
    public Task<IReadOnlyList<TrialRow>> ListAsync(IReadOnlyList<string> sweepRunIds, CancellationToken ct) => database.QueryAsync<TrialRow>(
        $"select sweep_run_id, {Columns} where {database.Dialect.AnyOf("sweep_run_id", "@Sweeps")} order by sweep_run_id, number",
        new { Sweeps = sweepRunIds.ToArray() },
        ct);

    /// <summary>Asks the trials of a step that are not over to end.</summary>
    public static Task CancelAsync(DbTransaction tx, string jobId, string step, string message, CancellationToken ct) => tx.ExecuteAsync(
        """
        update jobs set cancel_requested = @Yes, status = 'CancelRequested', message = coalesce(message, @Message)
        where parent_run_id = (select run_id from job_steps where job_id = @JobId and job_steps.name = @Step)
            and not cancel_requested and status in ('Queued', 'Running')
        """,
        new { JobId = jobId, Step = step, Yes = true, Message = message },
        ct);
}

/// <summary>A trial with the state of its job.</summary>
internal sealed record TrialRow
{
    public required string SweepRunId { get; init; }

    public required int Number { get; init; }

    public required string JobId { get; init; }

    public required string JobName { get; init; }

    public required JobStatus Status { get; init; }

    public string? Message { get; init; }

    public required string Point { get; init; }

    public required string Parameters { get; init; }

    /// <summary>Where its metrics are: its own run, or the one whose result was taken over.</summary>
    public required string RunId { get; init; }

    public required bool Reused { get; init; }

    public required string Outputs { get; init; }

    public long? StartedAt { get; init; }

    public long? EndedAt { get; init; }

    public bool IsOver => Status is JobStatus.Completed or JobStatus.Failed or JobStatus.Canceled;
}
