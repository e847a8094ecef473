using System.Data.Common;
using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Monitoring.Retraining.Challenges;

/// <summary>Challenges as rows.</summary>
internal sealed class ChallengeStore(Database database, TimeProvider time)
{
    private const string Columns = "decision_id, workspace, policy, job, state, endpoint, candidate, told, cancel_reason, started_at, updated_at";

    private const string Open = "state in ('Training', 'RollingOut')";

    public static Task InsertAsync(DbTransaction tx, Challenge challenge, CancellationToken ct) => tx.ExecuteAsync(
        $"""
         insert into retraining_challenges ({Columns})
         values (@DecisionId, @Workspace, @Policy, @Job, @State, @Endpoint, @Candidate, @Told, @CancelReason, @StartedAt, @UpdatedAt)
         """,
        new
        {
            challenge.DecisionId,
            challenge.Workspace,
            challenge.Policy,
            challenge.Job,
            State = challenge.State.ToString(),
            challenge.Endpoint,
            challenge.Candidate,
            challenge.Told,
            challenge.CancelReason,
            StartedAt = challenge.StartedAt.ToUnixTimeMilliseconds(),
            UpdatedAt = challenge.UpdatedAt.ToUnixTimeMilliseconds(),
        },
        ct);

    /// <summary>Keeps where it stands now; a wish to cancel it that came meanwhile stays.</summary>
    public Task UpdateAsync(DbTransaction tx, Challenge challenge, CancellationToken ct) => tx.ExecuteAsync(
        """
        update retraining_challenges
        set state = @State, endpoint = @Endpoint, candidate = @Candidate, told = @Told, updated_at = @Now
        where decision_id = @DecisionId
        """,
        new { challenge.DecisionId, State = challenge.State.ToString(), challenge.Endpoint, challenge.Candidate, challenge.Told, Now = time.UtcNow() },
        ct);

    public Task TellAsync(string decision, string told, CancellationToken ct) => database.ExecuteAsync(
        "update retraining_challenges set told = @Told, updated_at = @Now where decision_id = @Id",
        new { Id = decision, Told = told, Now = time.UtcNow() },
        ct);

    /// <summary>Has the one on its way ended; null: there is none.</summary>
    public async Task<string?> AskToCancelAsync(WorkspaceName workspace, string policy, string reason, CancellationToken ct) =>
        await database.WriteAsync(
            (tx, token) => tx.FindAsync<string>(
                $"""
                 update retraining_challenges set cancel_reason = @Reason, updated_at = @Now
                 where workspace = @Workspace and policy = @Policy and {Open} returning decision_id
                 """,
                new { Workspace = workspace.Value, Policy = policy, Reason = reason, Now = time.UtcNow() },
                token),
            ct);

    /// <summary>The one on its way; a policy has at most one.</summary>
    public async Task<Challenge?> FindOpenAsync(WorkspaceName workspace, string policy, CancellationToken ct) =>
        (await ReadAsync($"workspace = @Workspace and policy = @Policy and {Open}", new { Workspace = workspace.Value, Policy = policy }, ct)) is [var open, ..]
            ? open
            : null;

    public async Task<Challenge?> FindAsync(string decision, CancellationToken ct) =>
        (await ReadAsync("decision_id = @Id", new { Id = decision }, ct)) is [var found] ? found : null;

    /// <summary>Oldest first.</summary>
    public Task<IReadOnlyList<Challenge>> ListAsync(WorkspaceName workspace, string policy, CancellationToken ct) =>
        ReadAsync("workspace = @Workspace and policy = @Policy", new { Workspace = workspace.Value, Policy = policy }, ct);

    /// <summary>Those on their way, of all workspaces.</summary>
    public Task<IReadOnlyList<Challenge>> OpenAsync(CancellationToken ct) => ReadAsync(Open, null, ct);

    private async Task<IReadOnlyList<Challenge>> ReadAsync(string where, object? parameters, CancellationToken ct) =>
    [
        .. (await database.QueryAsync<Row>(
            $"select {Columns} from retraining_challenges where {where} order by started_at, decision_id", parameters, ct)).Select(row => row.ToChallenge()),
    ];

    private sealed record Row
    {
        public required string DecisionId { get; init; }

        public required string Workspace { get; init; }

        public required string Policy { get; init; }

        public required string Job { get; init; }

        public required string State { get; init; }

        public string? Endpoint { get; init; }

        public int? Candidate { get; init; }

        public required string Told { get; init; }

        public string? CancelReason { get; init; }

        public required long StartedAt { get; init; }

        public required long UpdatedAt { get; init; }

        public Challenge ToChallenge() => new()
        {
            DecisionId = DecisionId,
            Workspace = Workspace,
            Policy = Policy,
            Job = Job,
            State = Enum.Parse<ChallengeState>(State),
            Endpoint = Endpoint,
            Candidate = Candidate,
            Told = Told,
            CancelReason = CancelReason,
            StartedAt = StartedAt.ToTime(),
            UpdatedAt = UpdatedAt.ToTime(),
        };
    }
}
