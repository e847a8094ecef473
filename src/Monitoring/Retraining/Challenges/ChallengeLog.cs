using Microsoft.Extensions.Logging;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Monitoring.Retraining.Challenges;

/// <summary>Keeps where a challenge stands, and tells of its end.</summary>
internal sealed partial class ChallengeLog(
    Database database, ChallengeStore challenges, LineageLog lineage, IAuditLog audit, ILogger<ChallengeLog> logger)
{
    /// <summary>It waits, for this reason.</summary>
    public Task WaitAsync(Challenge challenge, string told, CancellationToken ct) => challenge.Told == told
        ? Task.CompletedTask
        : challenges.TellAsync(challenge.DecisionId, told, ct);

    /// <summary>Where it is about to be deployed, so that it can be taken away from there whatever happens.</summary>
    public Task PlaceAsync(Challenge challenge, CancellationToken ct) =>
        database.WriteAsync((tx, token) => challenges.UpdateAsync(tx, challenge, token), ct);

    /// <param name="edges">What this step of it leads to.</param>
    public async Task MoveAsync(Caller caller, Challenge challenge, IReadOnlyList<NewEdge> edges, CancellationToken ct)
    {
        await database.WriteAsync(
            async (tx, token) =>
            {
                await challenges.UpdateAsync(tx, challenge, token);
                await lineage.AppendAsync(tx, caller, edges, token);
            },
            ct);
        var act = $"retraining.{Word(challenge.State)}";
        await audit.AppendAsync(caller, act, $"retraining:{challenge.Policy}", null, ct);
        Log.Moved(logger, challenge.Policy, Word(challenge.State), challenge.Told);
    }

    private static string Word(ChallengeState state) => state switch
    {
        ChallengeState.RollingOut => "rollout",
        ChallengeState.Promoted => "promote",
        ChallengeState.Rejected => "reject",
        ChallengeState.Canceled => "cancel",
        _ => "fail",
    };

    private static partial class Log
    {
        [LoggerMessage(9012, LogLevel.Information, "The challenger of retraining policy {Policy}: {Act}. {Reason}")]
        public static partial void Moved(ILogger logger, string policy, string act, string reason);
    }
}
