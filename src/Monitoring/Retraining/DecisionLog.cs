using Microsoft.Extensions.Logging;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Monitoring.Contracts;
using Slipway.Monitoring.Retraining.Challenges;
using Slipway.Security.Contracts;

namespace Slipway.Monitoring.Retraining;

/// <summary>Keeps a decision together with what it stands on, and tells of it.</summary>
internal sealed partial class DecisionLog(
    DecisionStore decisions, Database database, LineageLog lineage, IAuditLog audit, ILogger<DecisionLog> logger)
{
    /// <param name="reads">Nodes that the decision was made on.</param>
    /// <param name="challenge">To be followed from now on; null: nothing is.</param>
    /// <returns>The decision, or the one that another call kept for the same moment meanwhile.</returns>
    public async Task<RetrainingDecision> KeepAsync(
        Caller caller, RetrainingDecision decision, IEnumerable<string?> reads, Challenge? challenge, CancellationToken ct)
    {
        var isNew = await database.WriteAsync(
            async (tx, token) =>
            {
                if (!await DecisionStore.InsertAsync(tx, caller.Workspace, decision, token))
                    return false;
                await lineage.AppendAsync(
                    tx, caller, reads.OfType<string>().Select(read => new NewEdge("decided", read, decision.Node, decision.NumbersJson)), token);
                if (challenge is not null)
                    await ChallengeStore.InsertAsync(tx, challenge, token);
                return true;
            },
            ct);
        if (!isNew)
            return (await decisions.FindAsync(caller.Workspace, decision.Policy, decision.EventTime, ct))!;
        await audit.AppendAsync(caller, "retraining.decide", $"retraining:{decision.Policy}", decision.NumbersJson, ct);
        Log.Decided(logger, decision.Policy, decision.Reason);
        return decision;
    }

    private static partial class Log
    {
        [LoggerMessage(9010, LogLevel.Information, "Retraining policy {Policy} decided. {Reason}")]
        public static partial void Decided(ILogger logger, string policy, string reason);
    }
}
