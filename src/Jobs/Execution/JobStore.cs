using System.Data.Common;
using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;

namespace Slipway.Jobs.Execution;

/// <summary>The table of jobs.</summary>
internal sealed class JobStore(Database database)
{
    private const string Columns =
        "id, workspace, name, type, experiment, display_name, principal, tags, status, message, cancel_requested, "
        + "announced, created_at, started_at, ended_at, parent_name, archived";

    private const string Untold =
        """
        not announced and ended_at is not null
            and (teller is null or (teller = @Teller and @Own = 1) or (teller <> @Teller and ended_at < @Before))
        """;

    /// <summary>False: a job of this name exists.</summary>
    public async Task<bool> AddAsync(
        DbTransaction tx, JobRecord job, NewJob wanted, int openSteps, long now, CancellationToken ct)
    {
        var added = await tx.ExecuteAsync(
            """
            insert into jobs (
                id, workspace, name, type, experiment, display_name, principal, tags,
                status, open_steps, failed_steps, cancel_requested, announced, created_at, parent_name, parent_run_id, trace)
            values (
                @Id, @Workspace, @Name, @Type, @Experiment, @DisplayName, @Principal, @Tags,
                'Queued', @OpenSteps, 0, @No, @No, @Now, @ParentName, @ParentRunId, @Trace)
            on conflict (workspace, name) do nothing
            """,
            new
            {
                job.Id,
                Workspace = job.Caller.Workspace.Value,
                job.Name,
                job.Type,
                job.Experiment,
                job.DisplayName,
                job.Caller.Principal,
                Tags = JobsJson.Write(job.Tags),
                OpenSteps = openSteps,
                No = false,
                Now = now,
                job.ParentName,
                job.ParentRunId,
                job.Trace,
            },
            ct);
        if (added == 1)
            await AddDefinitionAsync(tx, job, wanted, ct);
        return added == 1;
    }

    public Task<JobRow?> FindAsync(WorkspaceName workspace, string name, CancellationToken ct) =>
        database.FindAsync<JobRow>(
            $"select {Columns} from jobs where workspace = @Workspace and name = @Name",
            new { Workspace = workspace.Value, Name = name },
            ct);

    public Task<JobRow?> FindAsync(string id, CancellationToken ct) =>
        database.FindAsync<JobRow>($"select {Columns} from jobs where id = @Id", new { Id = id }, ct);

    /// <summary>Newest first.</summary>
    /// <param name="parent">Jobs that steps of this one started; null: those that nobody's step started.</param>
    /// <param name="archived">True: only archived ones; false: only others; null: all.</param>
    /// <param name="before">Time and id of the last job of the page before.</param>
    public Task<IReadOnlyList<JobRow>> ListAsync(
        WorkspaceName workspace, JobStatus? status, string? parent, bool? archived, (long Time, string Id)? before, int limit, CancellationToken ct) =>
        database.QueryAsync<JobRow>(
            $"""
            select {Columns} from jobs
            where workspace = @Workspace and (@Status = '' or status = @Status) and coalesce(parent_name, '') = @Parent
                and (archived = @Archived or @All) and (created_at, id) < (@BeforeTime, @BeforeId)
            order by created_at desc, id desc
            limit @Limit
            """,
            new
            {
                Workspace = workspace.Value,
                Status = status?.ToString() ?? "",
                Parent = parent ?? "",
                Archived = archived ?? false,
                All = archived is null,
                BeforeTime = before?.Time ?? long.MaxValue,
                BeforeId = before?.Id ?? "",
                Limit = limit,
            },
            ct);

    public Task UpdateAsync(JobRow job, CancellationToken ct) => database.ExecuteAsync(
        "update jobs set display_name = @DisplayName, tags = @Tags, archived = @Archived where id = @Id",
        new { job.Id, job.DisplayName, job.Tags, job.Archived },
        ct);

    /// <summary>Jobs that nobody's step started and that ended from a time on, the earliest first.</summary>
    /// <param name="experiment">Null: of any.</param>
    public Task<IReadOnlyList<JobRow>> EndedSinceAsync(WorkspaceName workspace, string? experiment, long since, CancellationToken ct) =>
        database.QueryAsync<JobRow>(
            $"""
            select {Columns} from jobs
            where workspace = @Workspace and ended_at >= @Since and parent_name is null and (@Experiment = '' or experiment = @Experiment)
            order by ended_at
            """,
            new { Workspace = workspace.Value, Since = since, Experiment = experiment ?? "" },
            ct);

    public async Task<JobRecord?> LoadAsync(string id, CancellationToken ct)
    {
        var row = await database.FindAsync<PlanRow>(
            $"select {Columns}, plan, parent_run_id, trace from jobs join job_definitions on job_id = id where id = @Id", new { Id = id }, ct);
        return row is null ? null : new JobRecord
        {
            Id = row.Id,
            Caller = new Caller(WorkspaceName.Parse(row.Workspace), row.Principal),
            Name = row.Name,
            Type = row.Type,
            Experiment = row.Experiment,
            DisplayName = row.DisplayName,
            Tags = JobsJson.ReadMap(row.Tags),
            Plan = JobsJson.ReadPlan(row.Plan),
            ParentName = row.ParentName,
            ParentRunId = row.ParentRunId,
            Trace = row.Trace,
        };
    }

    /// <summary>The definition that a job was submitted with, and its files.</summary>
    public Task<JobText?> FindTextAsync(string id, CancellationToken ct) => database.FindAsync<JobText>(
        "select yaml, source, files from job_definitions where job_id = @Id", new { Id = id }, ct);

    public Task MarkStartedAsync(DbTransaction tx, string id, long now, CancellationToken ct) => tx.ExecuteAsync(
        "update jobs set status = 'Running', started_at = @Now where id = @Id and status = 'Queued'",
        new { Id = id, Now = now },
        ct);

    /// <summary>Asks for the end; false when the job is over or was asked before.</summary>
    public async Task<bool> RequestCancelAsync(DbTransaction tx, string id, string? message, CancellationToken ct) =>
        await tx.ExecuteAsync(
            """
            update jobs set cancel_requested = @Yes, status = 'CancelRequested', message = coalesce(message, @Message)
            where id = @Id and not cancel_requested and status in ('Queued', 'Running')
            """,
            new { Id = id, Yes = true, Message = message },
            ct) == 1;

    /// <summary>Counts steps that are over; returns how it stands then.</summary>
    public async Task<Progress> CountEndedAsync(
        DbTransaction tx, string id, int ended, int failed, string? message, CancellationToken ct) =>
        (await tx.FindAsync<Progress>(
            """
            update jobs set
                open_steps = open_steps - @Ended,
                failed_steps = failed_steps + @Failed,
                message = coalesce(message, @Message)
            where id = @Id
            returning open_steps, failed_steps, cancel_requested
            """,
            new { Id = id, Ended = ended, Failed = failed, Message = message },
            ct))!;

    /// <param name="teller">The process that tells the news of it; null: whichever server finds it first.</param>
    public Task EndAsync(DbTransaction tx, string id, JobStatus status, string? teller, long now, CancellationToken ct) =>
        tx.ExecuteAsync(
            """
            update jobs set status = @Status, teller = @Teller, started_at = coalesce(started_at, @Now), ended_at = @Now
            where id = @Id
            """,
            new { Id = id, Status = status.ToString(), Teller = teller, Now = now },
            ct);

    public Task MarkAnnouncedAsync(string id, CancellationToken ct) => database.ExecuteAsync(
        "update jobs set announced = @Yes where id = @Id", new { Id = id, Yes = true }, ct);

    /// <summary>
    /// Jobs that are over and whose news nobody tells: their process left it to others, or ended before a time without
    /// having told. With <paramref name="own"/> also those of this teller, which died and has just started again.
    /// </summary>
    public Task<IReadOnlyList<string>> UntoldAsync(string teller, bool own, long before, CancellationToken ct) =>
        database.QueryAsync<string>(
            $"select id from jobs where {Untold}", new { Teller = teller, Own = own ? 1 : 0, Before = before }, ct);

    /// <summary>False: another server was quicker.</summary>
    public async Task<bool> ClaimNewsAsync(string id, string teller, bool own, long before, CancellationToken ct) =>
        await database.ExecuteAsync(
            $"update jobs set teller = @Teller where id = @Id and {Untold}",
            new { Id = id, Teller = teller, Own = own ? 1 : 0, Before = before },
            ct) == 1;

    /// <summary>Whether its running steps should end: it is to be cancelled, or its first failure ends it.</summary>
    public async Task<(bool Canceled, bool Failed)> IsStoppingAsync(JobRecord job, CancellationToken ct)
    {
        var now = await database.FindAsync<Progress>(
            "select open_steps, failed_steps, cancel_requested from jobs where id = @Id", new { job.Id }, ct);
        return (now is { CancelRequested: true }, now is { FailedSteps: > 0 } && !job.Plan.ContinueOnStepFailure);
    }

    private static Task AddDefinitionAsync(DbTransaction tx, JobRecord job, NewJob wanted, CancellationToken ct) => tx.ExecuteAsync(
        """
        insert into job_definitions (job_id, source, yaml, files, inputs, plan)
        values (@Id, @Source, @Yaml, @Files, @Inputs, @Plan)
        """,
        new
        {
            job.Id,
            wanted.Source,
            wanted.Yaml,
            Files = JobsJson.Write(wanted.Files.ToDictionary(pair => pair.Key, pair => pair.Value.ToString())),
            Inputs = JobsJson.Write(wanted.Inputs),
            Plan = JobsJson.Write(job.Plan),
        },
        ct);

    private sealed record PlanRow : JobRow
    {
        public required string Plan { get; init; }

        public string? ParentRunId { get; init; }

        public string? Trace { get; init; }
    }
}
