using System.Data.Common;
using Slipway.Data;

namespace Slipway.Jobs.Schedules;

/// <summary>The table of what schedules did, will do, or left out.</summary>
internal sealed class FiringStore(Database database)
{
    private const string Columns =
        "id, schedule_id, workspace, key, cause, trigger_at, most_open, state, reason, job, why, facts, created_at, "
        + "ended_at";

    /// <summary>An occurrence that is known stays as it is.</summary>
    public static Task AddAsync(DbTransaction tx, IReadOnlyList<Firing> firings, CancellationToken ct) => tx.ExecuteAsync(
        $"""
        insert into job_firings ({Columns})
        values (
            @Id, @ScheduleId, @Workspace, @Key, @Cause, @TriggerAt, @MostOpen, @State, @Reason, @Job, @Why, @Facts, @CreatedAt,
            @EndedAt)
        on conflict (schedule_id, key) do nothing
        """,
        firings,
        ct);

    /// <summary>As above, but an occurrence that was skipped or failed is taken up again. The number that now wait for it.</summary>
    public static Task<int> AddAgainAsync(DbTransaction tx, IReadOnlyList<Firing> firings, CancellationToken ct) => tx.ExecuteAsync(
        $"""
        insert into job_firings ({Columns})
        values (
            @Id, @ScheduleId, @Workspace, @Key, @Cause, @TriggerAt, @MostOpen, @State, @Reason, @Job, @Why, @Facts, @CreatedAt,
            @EndedAt)
        on conflict (schedule_id, key) do update set
            cause = excluded.cause, most_open = excluded.most_open, state = excluded.state, reason = null, ended_at = null
        where job_firings.state in ('skipped', 'failed')
        """,
        firings,
        ct);

    /// <summary>The oldest time first.</summary>
    public Task<IReadOnlyList<Firing>> WaitingAsync(string schedule, CancellationToken ct) => database.QueryAsync<Firing>(
        $"select {Columns} from job_firings where schedule_id = @Schedule and state = 'waiting' order by trigger_at, id",
        new { Schedule = schedule },
        ct);

    public static Task<int> CountWaitingAsync(DbTransaction tx, string schedule, CancellationToken ct) => tx.FindAsync<int>(
        "select count(*) from job_firings where schedule_id = @Schedule and state = 'waiting'", new { Schedule = schedule }, ct);

    /// <summary>Schedules of which something waits.</summary>
    public Task<IReadOnlyList<string>> SchedulesWaitingAsync(CancellationToken ct) => database.QueryAsync<string>(
        "select distinct schedule_id from job_firings where state = 'waiting'", null, ct);

    /// <summary>What was fired and whose job is not over.</summary>
    public Task<IReadOnlyList<Firing>> OpenAsync(string schedule, CancellationToken ct) => database.QueryAsync<Firing>(
        $"""
        select {Columns} from job_firings
        where schedule_id = @Schedule and exists (
            select 1 from jobs
            where jobs.workspace = job_firings.workspace and jobs.name = job_firings.job
                and jobs.status in ('Queued', 'Running', 'CancelRequested'))
        """,
        new { Schedule = schedule },
        ct);

    public static Task EndAsync(DbTransaction tx, Firing firing, CancellationToken ct) => tx.ExecuteAsync(
        "update job_firings set state = @State, reason = @Reason, job = @Job, facts = @Facts, ended_at = @EndedAt where id = @Id and state = 'waiting'",
        firing,
        ct);

    /// <summary>The newest first.</summary>
    public Task<IReadOnlyList<Firing>> ListAsync(string schedule, string? state, int limit, CancellationToken ct) => database.QueryAsync<Firing>(
        $"""
        select {Columns} from job_firings
        where schedule_id = @Schedule and (@State = '' or state = @State)
        order by trigger_at desc, id desc
        limit @Limit
        """,
        new { Schedule = schedule, State = state ?? "", Limit = limit },
        ct);

    public Task<Firing?> OfJobAsync(string workspace, string job, CancellationToken ct) => database.FindAsync<Firing>(
        $"select {Columns} from job_firings where workspace = @Workspace and job = @Job", new { Workspace = workspace, Job = job }, ct);

    public static Task<Firing?> FindAsync(DbTransaction tx, string schedule, string key, CancellationToken ct) => tx.FindAsync<Firing>(
        $"select {Columns} from job_firings where schedule_id = @Schedule and key = @Key", new { Schedule = schedule, Key = key }, ct);
}
