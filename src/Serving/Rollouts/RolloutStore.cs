using System.Data.Common;
using System.Text.Json;
using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Serving.Rollouts;

/// <summary>Rollouts and their decisions as rows.</summary>
internal sealed class RolloutStore(Database database, TimeProvider time)
{
    private const string Columns =
        """
        workspace, name, endpoint, baseline, candidate, definition, status, step, step_started_at, state, message, revision, created_at,
        created_by, updated_at
        """;

    private const string Open = "status not in ('Completed', 'RolledBack', 'Aborted')";

    /// <summary>False: there is one of this name.</summary>
    public async Task<bool> InsertAsync(DbTransaction tx, Rollout rollout, CancellationToken ct) => await tx.ExecuteAsync(
        $"""
         insert into rollouts ({Columns})
         values (@Workspace, @Name, @Endpoint, @Baseline, @Candidate, @Definition, @Status, @Step, @StepStartedAt, @State, @Message, @Revision,
             @CreatedAt, @CreatedBy, @UpdatedAt)
         on conflict (workspace, name) do nothing
         """,
        Parameters(rollout, rollout.Revision),
        ct) == 1;

    /// <summary>Conflict when somebody else has changed it since it was read. The rollout as it is then.</summary>
    public async Task<Rollout> UpdateAsync(DbTransaction tx, Rollout rollout, CancellationToken ct)
    {
        var changed = await tx.ExecuteAsync(
            """
            update rollouts
            set status = @Status, step = @Step, step_started_at = @StepStartedAt, state = @State, message = @Message,
                revision = @Revision + 1, updated_at = @UpdatedAt
            where workspace = @Workspace and name = @Name and revision = @Revision
            """,
            Parameters(rollout, rollout.Revision),
            ct);
        return changed == 1
            ? rollout with { Revision = rollout.Revision + 1 }
            : throw SlipwayException.Conflict($"Rollout '{rollout.Name}' was changed by somebody else at the same moment; look at it again.");
    }

    public Task UpdateAsync(Rollout rollout, CancellationToken ct) => database.WriteAsync((tx, token) => UpdateAsync(tx, rollout, token), ct);

    public async Task<Rollout?> FindAsync(WorkspaceName workspace, string name, CancellationToken ct) => (await database.FindAsync<Row>(
        $"select {Columns} from rollouts where workspace = @Workspace and name = @Name",
        new { Workspace = workspace.Value, Name = name },
        ct))?.ToRollout();

    public async Task<Rollout> GetAsync(WorkspaceName workspace, string name, CancellationToken ct) =>
        await FindAsync(workspace, name, ct) ?? throw SlipwayException.NotFound("Rollout", name);

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<Rollout>> ListAsync(WorkspaceName workspace, CancellationToken ct) => [.. (await database.QueryAsync<Row>(
        $"select {Columns} from rollouts where workspace = @Workspace order by created_at desc, name",
        new { Workspace = workspace.Value },
        ct)).Select(row => row.ToRollout())];

    /// <summary>Those of all workspaces that are judged, and those that somebody paused whose endpoint was deleted.</summary>
    public async Task<IReadOnlyList<Rollout>> ListRunningAsync(CancellationToken ct) => [.. (await database.QueryAsync<Row>(
        $"""
         select {Columns} from rollouts
         where status in ('Running', 'AwaitingApproval') or {Open} and not exists (
             select 1 from online_endpoints as served where served.workspace = rollouts.workspace and served.name = rollouts.endpoint)
         order by workspace, name
         """,
        null,
        ct)).Select(row => row.ToRollout())];

    /// <summary>The one of this endpoint that is not over; null: there is none.</summary>
    public static Task<string?> FindOpenAsync(DbTransaction tx, WorkspaceName workspace, string endpoint, CancellationToken ct) => tx.FindAsync<string>(
        $"select name from rollouts where workspace = @Workspace and endpoint = @Endpoint and {Open}",
        new { Workspace = workspace.Value, Endpoint = endpoint },
        ct);

    public static Task DecideAsync(DbTransaction tx, Rollout rollout, RolloutDecision decision, CancellationToken ct) => tx.ExecuteAsync(
        """
        insert into rollout_decisions (workspace, rollout, step, verdict, reason, numbers, decided_at, decided_by)
        values (@Workspace, @Rollout, @Step, @Verdict, @Reason, @NumbersJson, @DecidedAt, @DecidedBy)
        """,
        new
        {
            rollout.Workspace,
            Rollout = rollout.Name,
            decision.Step,
            decision.Verdict,
            decision.Reason,
            decision.NumbersJson,
            DecidedAt = decision.DecidedAt.ToUnixTimeMilliseconds(),
            decision.DecidedBy,
        },
        ct);

    /// <summary>Oldest first.</summary>
    public async Task<IReadOnlyList<RolloutDecision>> ListDecisionsAsync(WorkspaceName workspace, string rollout, CancellationToken ct) =>
        [.. (await database.QueryAsync<DecisionRow>(
            """
            select step, verdict, reason, numbers, decided_at, decided_by from rollout_decisions
            where workspace = @Workspace and rollout = @Rollout order by id
            """,
            new { Workspace = workspace.Value, Rollout = rollout },
            ct)).Select(row => new RolloutDecision(row.Step, row.Verdict, row.Reason, row.Numbers, row.DecidedAt.ToTime(), row.DecidedBy))];

    private object Parameters(Rollout rollout, long revision) => new
    {
        rollout.Workspace,
        rollout.Name,
        rollout.Definition.Endpoint,
        rollout.Baseline,
        rollout.Definition.Candidate,
        Definition = JsonSerializer.Serialize(rollout.Definition, RolloutJson.Default.RolloutDefinition),
        Status = rollout.Status.ToString(),
        rollout.Step,
        StepStartedAt = rollout.StepStartedAt.ToUnixTimeMilliseconds(),
        State = JsonSerializer.Serialize(rollout.State, RolloutJson.Default.RolloutState),
        rollout.Message,
        Revision = revision,
        CreatedAt = rollout.CreatedAt.ToUnixTimeMilliseconds(),
        rollout.CreatedBy,
        UpdatedAt = time.UtcNow(),
    };

    private sealed record Row
    {
        public required string Workspace { get; init; }

        public required string Baseline { get; init; }

        public required string Definition { get; init; }

        public required string Status { get; init; }

        public required int Step { get; init; }

        public required long StepStartedAt { get; init; }

        public required string State { get; init; }

        public required string Message { get; init; }

        public required long Revision { get; init; }

        public required long CreatedAt { get; init; }

        public required string CreatedBy { get; init; }

        public required long UpdatedAt { get; init; }

        public Rollout ToRollout() => new()
        {
            Workspace = Workspace,
            Definition = RolloutDefinition.Parse(Definition),
            Baseline = Baseline,
            Status = Enum.Parse<RolloutStatus>(Status),
            Step = Step,
            StepStartedAt = StepStartedAt.ToTime(),
            State = JsonSerializer.Deserialize(State, RolloutJson.Default.RolloutState)!,
            Message = Message,
            Revision = Revision,
            CreatedAt = CreatedAt.ToTime(),
            CreatedBy = CreatedBy,
            UpdatedAt = UpdatedAt.ToTime(),
        };
    }

    private sealed record DecisionRow
    {
        public required int Step { get; init; }

        public required string Verdict { get; init; }

        public required string Reason { get; init; }

        public required string Numbers { get; init; }

        public required long DecidedAt { get; init; }

        public required string DecidedBy { get; init; }
    }
}
