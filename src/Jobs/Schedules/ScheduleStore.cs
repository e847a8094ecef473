using System.Data.Common;
using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Jobs.Schedules;

/// <summary>The table of schedules.</summary>
internal sealed class ScheduleStore(Database database)
{
    private const string Columns =
        """
        id, workspace, name, principal, act, yaml, definition, file_yaml, file_source, files, is_enabled, counted_from, next_at,
        watches, watch_from, watch_until, problem, created_at, updated_at
        """;

    public Task<Schedule?> FindAsync(WorkspaceName workspace, string name, CancellationToken ct) =>
        database.FindAsync<Schedule>(
            $"select {Columns} from job_schedules where workspace = @Workspace and name = @Name",
            new { Workspace = workspace.Value, Name = name },
            ct);

    public Task<Schedule?> FindAsync(string id, CancellationToken ct) =>
        database.FindAsync<Schedule>($"select {Columns} from job_schedules where id = @Id", new { Id = id }, ct);

    public Task<IReadOnlyList<Schedule>> ListAsync(WorkspaceName workspace, CancellationToken ct) =>
        database.QueryAsync<Schedule>(
            $"select {Columns} from job_schedules where workspace = @Workspace order by name", new { Workspace = workspace.Value }, ct);

    /// <summary>Those that fire now, in all workspaces, the longest due first.</summary>
    /// <param name="watching">True: those that look now whether something happened.</param>
    public Task<IReadOnlyList<Schedule>> DueAsync(bool watching, long now, int limit, CancellationToken ct) =>
        database.QueryAsync<Schedule>(
            $"""
            select {Columns} from job_schedules
            where is_enabled and next_at is not null and next_at <= @Now and (watches is not null) = @Watching
            order by next_at limit @Limit
            """,
            new { Now = now, Watching = watching, Limit = limit },
            ct);

    /// <summary>Has those that watch this look at once. One that is looking just now looks again.</summary>
    public async Task WakeAsync(WorkspaceName workspace, string watches, long now, CancellationToken ct)
    {
        var asked = new { Workspace = workspace.Value, Watches = watches, Now = now };
        const string Of = "where workspace = @Workspace and watches = @Watches and is_enabled and next_at is not null";

        // News are many and watchers few: a look that only reads does not stop the writers.
        if (await database.FindAsync<int>($"select count(*) from job_schedules {Of}", asked, ct) > 0)
            await database.ExecuteAsync($"update job_schedules set next_at = case when next_at > @Now then @Now else next_at - 1 end {Of}", asked, ct);
    }

    /// <summary>Keeps it; one of this name that exists becomes this one, and keeps its id and history.</summary>
    public static async Task<Schedule> PutAsync(DbTransaction tx, Schedule schedule, CancellationToken ct) =>
        (await tx.FindAsync<Schedule>(
            $"""
            insert into job_schedules ({Columns})
            values (
                @Id, @Workspace, @Name, @Principal, @Act, @Yaml, @Definition, @FileYaml, @FileSource, @Files, @IsEnabled, @CountedFrom,
                @NextAt, @Watches, @WatchFrom, @WatchUntil, @Problem, @CreatedAt, @UpdatedAt)
            on conflict (workspace, name) do update set
                principal = excluded.principal, act = excluded.act, yaml = excluded.yaml, definition = excluded.definition,
                file_yaml = excluded.file_yaml, file_source = excluded.file_source, files = excluded.files,
                is_enabled = excluded.is_enabled, counted_from = excluded.counted_from, next_at = excluded.next_at,
                watches = excluded.watches, watch_from = excluded.watch_from, watch_until = excluded.watch_until, problem = null,
                updated_at = excluded.updated_at
            returning {Columns}
            """,
            schedule,
            ct))!;

    /// <summary>False: another server has done so, or the schedule was changed.</summary>
    public static async Task<bool> AdvanceAsync(DbTransaction tx, Schedule schedule, long? nextAt, CancellationToken ct) =>
        await tx.ExecuteAsync(
            """
            update job_schedules set next_at = @NextAt
            where id = @Id and is_enabled and next_at = @Before and updated_at = @UpdatedAt
            """,
            new { schedule.Id, Before = schedule.NextAt, schedule.UpdatedAt, NextAt = nextAt },
            ct) == 1;

    /// <summary>As above, and notes up to when it was seen, and why not if it was not.</summary>
    public static async Task<bool> AdvanceAsync(DbTransaction tx, Schedule schedule, long nextAt, long watchUntil, string? problem, CancellationToken ct) =>
        await tx.ExecuteAsync(
            """
            update job_schedules set next_at = @NextAt, watch_until = @WatchUntil, problem = @Problem
            where id = @Id and is_enabled and next_at = @Before and updated_at = @UpdatedAt
            """,
            new { schedule.Id, Before = schedule.NextAt, schedule.UpdatedAt, NextAt = nextAt, WatchUntil = watchUntil, Problem = problem },
            ct) == 1;

    public static Task SetEnabledAsync(DbTransaction tx, Schedule schedule, CancellationToken ct) => tx.ExecuteAsync(
        """
        update job_schedules set
            is_enabled = @IsEnabled, next_at = @NextAt, watch_from = @WatchFrom, watch_until = @WatchUntil, problem = null,
            updated_at = @UpdatedAt
        where id = @Id
        """,
        schedule,
        ct);

    /// <summary>With its history. False: it was enabled meanwhile.</summary>
    public async Task<bool> DeleteAsync(Schedule schedule, CancellationToken ct) =>
        await database.ExecuteAsync("delete from job_schedules where id = @Id and not is_enabled", new { schedule.Id }, ct) == 1;
}
