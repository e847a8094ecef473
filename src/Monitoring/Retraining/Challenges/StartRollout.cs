using Slipway.Data;
using Slipway.Kernel;
using Slipway.Monitoring.Definitions;
using Slipway.Monitoring.Monitors;
using Slipway.Registry.Contracts;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Retraining.Challenges;

/// <summary>Deploys a version that the gate accepted beside the champion, with the champion's settings, and begins its rollout.</summary>
internal sealed class StartRollout(
    ChallengeStore challenges, MonitorStore monitors, IModelRegistry registry, IEndpoints endpoints, IRollouts rollouts, EndChallenge end, ChallengeLog log)
{
    /// <exception cref="SlipwayException">It cannot begin now.</exception>
    public async Task RunAsync(Caller caller, Challenge challenge, RetrainingDefinition policy, GateDecision gate, CancellationToken ct)
    {
        var champion = await registry.FindAsync(caller, $"{policy.Model}@{policy.Alias}", ct);
        if (champion is null || champion.Number == gate.Candidate)
        {
            var why = champion is null ? $"there was no {policy.Model}@{policy.Alias} to compare its answers with" : $"job {challenge.Job} has moved '{policy.Alias}' itself";
            await end.PromoteAsync(caller, challenge, policy, $"Promoted without a rollout: {why}.", ct);
            return;
        }

        var name = policy.Rollout!.Endpoint ?? (await monitors.GetAsync(caller.Workspace, policy.Monitor, ct)).Endpoint;
        var endpoint = await endpoints.FindAsync(caller, name, ct) ?? throw SlipwayException.NotFound("Endpoint", name);
        if (await rollouts.FindAsync(caller, challenge.Job, ct) is null)
            await DeployAsync(caller, challenge with { Endpoint = endpoint.Name }, policy, endpoint, ct);
        var rollout = await rollouts.StartAsync(caller, policy.Rollout.Plan, challenge.Job, endpoint.Name, challenge.Deployment!, ct);
        await log.MoveAsync(
            caller,
            challenge with { State = ChallengeState.RollingOut, Endpoint = endpoint.Name, Told = rollout.Message },
            [new NewEdge("rolled out", challenge.Node, $"rollout:{rollout.Name}", Key: $"challenge:{challenge.DecisionId}")],
            ct);
    }

    private async Task DeployAsync(Caller caller, Challenge challenge, RetrainingDefinition policy, OnlineEndpoint endpoint, CancellationToken ct)
    {
        var baseline = endpoint.Deployments.FirstOrDefault(known => endpoint.Traffic.GetValueOrDefault(known.Name) == 100 && known.Name != challenge.Deployment)
            ?? throw SlipwayException.Conflict($"No deployment of '{endpoint.Name}' has all of its traffic, which the rollout of {policy.Model}:{challenge.Candidate} would begin from.");
        foreach (var former in await FormerAsync(caller, challenge, policy, endpoint, ct))
            await endpoints.DeleteDeploymentAsync(caller, endpoint.Name, former, ct);
        await log.PlaceAsync(challenge, ct);
        await endpoints.DeployAsync(caller, endpoint.Name, challenge.Deployment!, $"{policy.Model}:{challenge.Candidate}", baseline.Settings, ct);
    }

    // What earlier challenges left behind and nobody is answered by: a loop must not fill the memory with models.
    private async Task<IEnumerable<string>> FormerAsync(
        Caller caller, Challenge challenge, RetrainingDefinition policy, OnlineEndpoint endpoint, CancellationToken ct)
    {
        var earlier = (await challenges.ListAsync(caller.Workspace, challenge.Policy, ct))
            .Where(one => one.Endpoint == endpoint.Name && one.Deployment != challenge.Deployment)
            .Select(one => one.Deployment);
        return endpoint.Deployments
            .Where(known => known.Model == policy.Model && endpoint.Traffic.GetValueOrDefault(known.Name) == 0 && !endpoint.MirrorTraffic.ContainsKey(known.Name))
            .Select(known => known.Name)
            .Intersect(earlier)
            .OfType<string>();
    }
}
