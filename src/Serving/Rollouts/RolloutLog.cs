using Microsoft.Extensions.Logging;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Serving.Rollouts;

/// <summary>Keeps where a rollout stands together with the decision that brought it there.</summary>
internal sealed partial class RolloutLog(
    Database database, RolloutStore store, LineageLog lineage, IAuditLog audit, TimeProvider time, ILogger<RolloutLog> logger)
{
    public Task<Rollout> DecideAsync(Rollout rollout, string verdict, string reason, string numbers, CancellationToken ct) =>
        DecideAsync(System(rollout), rollout, verdict, reason, numbers, ct);

    /// <param name="numbers">The findings, as JSON.</param>
    public Task<Rollout> DecideAsync(Caller caller, Rollout rollout, string verdict, string reason, string numbers, CancellationToken ct) =>
        DecideAsync(caller, rollout.Step, rollout, verdict, reason, numbers, ct);

    /// <summary>A step has passed: the decision is its own, the rollout stands at the next.</summary>
    public Task<Rollout> AdvanceAsync(Rollout passed, Rollout next, string reason, string numbers, CancellationToken ct) =>
        DecideAsync(System(next), passed.Step, next, "advance", reason, numbers, ct);

    private async Task<Rollout> DecideAsync(
        Caller caller, int step, Rollout rollout, string verdict, string reason, string numbers, CancellationToken ct)
    {
        var decision = new RolloutDecision(step, verdict, reason, numbers, time.GetUtcNow(), caller.Principal);
        var kept = await database.WriteAsync(
            async (tx, token) =>
            {
                var updated = await store.UpdateAsync(tx, rollout with { Message = reason }, token);
                await RolloutStore.DecideAsync(tx, rollout, decision, token);
                await lineage.AppendAsync(
                    tx, caller, [new NewEdge(verdict, rollout.Node, $"deployment:{rollout.Definition.Endpoint}/{rollout.Definition.Candidate}", numbers)], token);
                return updated;
            },
            ct);
        await audit.AppendAsync(caller, $"rollout.{verdict}", rollout.Node, numbers, ct);
        Log.Decided(logger, rollout.Name, reason);
        return kept;
    }

    /// <summary>Nothing was decided; the counts are kept.</summary>
    public async Task<Rollout> WaitAsync(Rollout rollout, CancellationToken ct)
    {
        await store.UpdateAsync(rollout, ct);
        return rollout with { Revision = rollout.Revision + 1 };
    }

    private static Caller System(Rollout rollout) => Caller.System with { Workspace = WorkspaceName.Parse(rollout.Workspace) };

    private static partial class Log
    {
        [LoggerMessage(7040, LogLevel.Information, "Rollout {Rollout}: {Reason}")]
        public static partial void Decided(ILogger logger, string rollout, string reason);
    }
}
