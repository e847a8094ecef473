using System.Data.Common;
using System.Text.Json;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Monitoring.Contracts;

namespace Slipway.Monitoring.Retraining;

/// <summary>Decisions of retraining policies: one for each moment of event time.</summary>
internal sealed class DecisionStore(Database database)
{
    private const string Columns =
        "id, policy, event_time, monitor_run, retrain, reason, numbers, job_name, job_inputs, submitted, error, decided_at, decided_by";

    /// <summary>False when there is one for this moment already.</summary>
    public static async Task<bool> InsertAsync(DbTransaction tx, WorkspaceName workspace, RetrainingDecision decision, CancellationToken ct) =>
        await tx.ExecuteAsync(
            $"""
             insert into retraining_decisions (workspace, {Columns})
             values (@Workspace, @Id, @Policy, @EventTime, @MonitorRun, @Retrain, @Reason, @Numbers, @JobName, @JobInputs, @Submitted,
                     @Error, @DecidedAt, @DecidedBy)
             on conflict (workspace, policy, event_time) do nothing
             """,
            new
            {
                Workspace = workspace.Value,
                decision.Id,
                decision.Policy,
                EventTime = decision.EventTime.ToUnixTimeMilliseconds(),
                decision.MonitorRun,
                decision.Retrain,
                decision.Reason,
                Numbers = decision.NumbersJson,
                decision.JobName,
                JobInputs = JsonSerializer.Serialize(decision.JobInputs, MonitoringJson.Default.IReadOnlyDictionaryStringString),
                decision.Submitted,
                decision.Error,
                DecidedAt = decision.DecidedAt.ToUnixTimeMilliseconds(),
                decision.DecidedBy,
            },
            ct) > 0;

    public async Task<RetrainingDecision?> FindAsync(WorkspaceName workspace, string policy, DateTimeOffset eventTime, CancellationToken ct) =>
        (await ReadAsync(
            "workspace = @Workspace and policy = @Policy and event_time = @At",
            new { Workspace = workspace.Value, Policy = policy, At = eventTime.ToUnixTimeMilliseconds() },
            1,
            ct)) is [var decision] ? decision : null;

    /// <summary>The last time before this that it decided to train.</summary>
    public async Task<DateTimeOffset?> LastTrainingAsync(WorkspaceName workspace, string policy, DateTimeOffset before, CancellationToken ct) =>
        (await database.FindAsync<long?>(
            """
            select max(event_time) from retraining_decisions
            where workspace = @Workspace and policy = @Policy and retrain = @Yes and event_time < @Before
            """,
            new { Workspace = workspace.Value, Policy = policy, Yes = true, Before = before.ToUnixTimeMilliseconds() },
            ct))?.ToTime();

    /// <summary>When it was, by the clock and not in event time, that it last decided to train.</summary>
    public async Task<DateTimeOffset?> LastDecidedAsync(WorkspaceName workspace, string policy, CancellationToken ct) =>
        (await database.FindAsync<long?>(
            "select max(decided_at) from retraining_decisions where workspace = @Workspace and policy = @Policy and retrain = @Yes",
            new { Workspace = workspace.Value, Policy = policy, Yes = true },
            ct))?.ToTime();

    /// <summary>How often it decided to train after a time and before another.</summary>
    public Task<long> TrainingsAsync(
        WorkspaceName workspace, string policy, DateTimeOffset after, DateTimeOffset before, CancellationToken ct) => database.FindAsync<long>(
        """
        select count(*) from retraining_decisions
        where workspace = @Workspace and policy = @Policy and retrain = @Yes and event_time > @After and event_time < @Before
        """,
        new
        {
            Workspace = workspace.Value,
            Policy = policy,
            Yes = true,
            After = after.ToUnixTimeMilliseconds(),
            Before = before.ToUnixTimeMilliseconds(),
        },
        ct);

    /// <summary>Latest first.</summary>
    public Task<IReadOnlyList<RetrainingDecision>> ListAsync(WorkspaceName workspace, string policy, int limit, CancellationToken ct) =>
        ReadAsync("workspace = @Workspace and policy = @Policy", new { Workspace = workspace.Value, Policy = policy }, limit, ct);

    public Task<int> SetSubmittedAsync(string id, bool submitted, string? error, CancellationToken ct) => database.ExecuteAsync(
        "update retraining_decisions set submitted = @Submitted, error = @Error where id = @Id",
        new { Id = id, Submitted = submitted, Error = error },
        ct);

    /// <summary>Decisions of all workspaces whose job was not submitted.</summary>
    public Task<IReadOnlyList<(string Workspace, string Policy, long EventTime)>> UnsubmittedAsync(CancellationToken ct) =>
        database.QueryAsync<(string Workspace, string Policy, long EventTime)>(
            """
            select workspace, policy, event_time from retraining_decisions
            where job_name is not null and submitted = @No order by event_time
            """,
            new { No = false },
            ct);

    private async Task<IReadOnlyList<RetrainingDecision>> ReadAsync(string where, object parameters, int limit, CancellationToken ct)
    {
        var rows = await database.QueryAsync<Row>(
            $"select {Columns} from retraining_decisions where {where} order by event_time desc limit {limit}", parameters, ct);
        return [.. rows.Select(row => row.ToDecision())];
    }

    private sealed record Row
    {
        public required string Id { get; init; }

        public required string Policy { get; init; }

        public required long EventTime { get; init; }

        public string? MonitorRun { get; init; }

        public required bool Retrain { get; init; }

        public required string Reason { get; init; }

        public required string Numbers { get; init; }

        public string? JobName { get; init; }

        public required string JobInputs { get; init; }

        public required bool Submitted { get; init; }

        public string? Error { get; init; }

        public required long DecidedAt { get; init; }

        public required string DecidedBy { get; init; }

        public RetrainingDecision ToDecision() => new()
        {
            Id = Id,
            Policy = Policy,
            EventTime = EventTime.ToTime(),
            MonitorRun = MonitorRun,
            Retrain = Retrain,
            Reason = Reason,
            NumbersJson = Numbers,
            JobName = JobName,
            JobInputs = JsonSerializer.Deserialize(JobInputs, MonitoringJson.Default.IReadOnlyDictionaryStringString)!,
            Submitted = Submitted,
            Error = Error,
            DecidedAt = DecidedAt.ToTime(),
            DecidedBy = DecidedBy,
        };
    }
}
