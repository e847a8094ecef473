using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Serving.Contracts;

namespace Slipway.Serving.Rollouts;

/// <summary>Rollouts for the modules above.</summary>
internal sealed class RolloutsOfOthers(RolloutStore store, CreateRollout create, SteerRollout steer, IAccess access) : IRollouts
{
    public async Task<RolloutProgress> StartAsync(
        Caller caller, RolloutPlan plan, string name, string endpoint, string candidate, CancellationToken ct) =>
        await FindAsync(caller, name, ct) ?? Of(await create.RunAsync(caller, plan.For(name, endpoint, candidate), name, ct));

    public async Task<RolloutProgress?> FindAsync(Caller caller, string name, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"rollout:{name}", ct);
        return await store.FindAsync(caller.Workspace, name, ct) is { } rollout ? Of(rollout) : null;
    }

    public async Task<RolloutProgress> AbortAsync(Caller caller, string name, string reason, CancellationToken ct)
    {
        var rollout = await store.GetAsync(caller.Workspace, name, ct);
        return Of(rollout.IsOver ? rollout : await steer.RunAsync(caller, name, "abort", reason, ct));
    }

    private static RolloutProgress Of(Rollout rollout) =>
        new(rollout.Name, rollout.IsOver, rollout.Status == RolloutStatus.Completed, rollout.Message);
}
