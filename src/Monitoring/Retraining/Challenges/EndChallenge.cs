using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Monitoring.Definitions;
using Slipway.Registry.Contracts;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Retraining.Challenges;

/// <summary>Ends a challenge: the alias follows the traffic, or the challenger goes.</summary>
internal sealed class EndChallenge(IModelRegistry registry, IEndpoints endpoints, IRollouts rollouts, IJobs jobs, ChallengeLog log)
{
    public async Task PromoteAsync(Caller caller, Challenge challenge, RetrainingDefinition policy, string why, CancellationToken ct)
    {
        await registry.SetAliasAsync(caller, policy.Model, policy.Alias, challenge.Candidate!.Value, why, ct);
        await log.MoveAsync(
            caller,
            challenge with { State = ChallengeState.Promoted, Told = why },
            [new NewEdge("promoted", challenge.Node, $"model:{policy.Model}@{challenge.Candidate}", Key: $"challenge:{challenge.DecisionId}")],
            ct);
    }

    public async Task RejectAsync(Caller caller, Challenge challenge, string why, CancellationToken ct)
    {
        await RetireAsync(caller, challenge, ct);
        await log.MoveAsync(caller, challenge with { State = ChallengeState.Rejected, Told = why }, [], ct);
    }

    public async Task FailAsync(Caller caller, Challenge challenge, string why, CancellationToken ct)
    {
        await RetireAsync(caller, challenge, ct);
        await log.MoveAsync(caller, challenge with { State = ChallengeState.Failed, Told = why }, [], ct);
    }

    /// <summary>Stops what is going on; a rollout that was completed meanwhile has decided already.</summary>
    /// <param name="policy">Null: it was deleted.</param>
    public async Task CancelAsync(Caller caller, Challenge challenge, RetrainingDefinition? policy, string why, CancellationToken ct)
    {
        if (await rollouts.FindAsync(caller, challenge.Job, ct) is { } rollout)
        {
            rollout = await rollouts.AbortAsync(caller, rollout.Name, why, ct);
            if (rollout.HasCompleted && policy is not null && challenge.Candidate is not null)
            {
                await PromoteAsync(caller, challenge, policy, $"Promoted after rollout '{rollout.Name}', which was over when it was to be canceled. {rollout.Message}", ct);
                return;
            }
        }
        else if (await jobs.FindAsync(caller, challenge.Job, ct) is { IsOver: false })
        {
            await jobs.CancelAsync(caller, challenge.Job, ct);
        }

        await RetireAsync(caller, challenge, ct);
        await log.MoveAsync(caller, challenge with { State = ChallengeState.Canceled, Told = $"Canceled: {why}." }, [], ct);
    }

    private async Task RetireAsync(Caller caller, Challenge challenge, CancellationToken ct)
    {
        if (challenge is not { Endpoint: { } name, Deployment: { } deployment } || await endpoints.FindAsync(caller, name, ct) is not { } endpoint)
            return;
        if (endpoint.Deployments.Any(known => known.Name == deployment) && endpoint.Traffic.GetValueOrDefault(deployment) == 0)
            await endpoints.DeleteDeploymentAsync(caller, name, deployment, ct);
    }
}
