using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Monitoring.Retraining.Challenges;

/// <summary>POST /api/v1/retraining/{name}/cancel: ends the training or the rollout that is on its way; the champion keeps all traffic.</summary>
internal sealed class CancelChallenge(
    PolicyStore policies, ChallengeStore challenges, FollowChallenges follow, IAccess access, IAuditLog audit)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/retraining/{name}/cancel", HandleAsync).WithName("CancelRetraining").WithTags("monitoring");

    public async Task<Challenge> RunAsync(Caller caller, string name, string? reason, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"retraining:{name}", ct);
        await policies.GetAsync(caller.Workspace, name, ct);
        var why = string.IsNullOrWhiteSpace(reason) ? $"{caller.Principal} asked for it" : $"{caller.Principal} asked for it: {reason.Trim().TrimEnd('.')}";
        var decision = await challenges.AskToCancelAsync(caller.Workspace, name, why, ct)
            ?? throw SlipwayException.Conflict($"Retraining policy '{name}' has no challenger on its way that could be canceled.");
        await audit.AppendAsync(caller, "retraining.ask_to_cancel", $"retraining:{name}", null, ct);
        await follow.RunAsync(ct);
        return (await challenges.FindAsync(decision, ct))!;
    }

    private static async Task<Ok<ChallengeWire>> HandleAsync(
        string name, Request? request, Caller caller, CancelChallenge operation, CancellationToken ct) =>
        TypedResults.Ok(ChallengeWire.Of(await operation.RunAsync(caller, name, request?.Reason, ct)));

    /// <param name="Reason">Kept with the decision.</param>
    internal sealed record Request(string? Reason);
}

/// <summary>A challenge on the wire.</summary>
/// <param name="State">Training, RollingOut, Promoted, Rejected, Failed, Canceled.</param>
/// <param name="Told">Why it stands there, in a sentence.</param>
internal sealed record ChallengeWire(
    string State, string Told, string Job, int? Candidate, string? Endpoint, string? Deployment, string? Rollout, DateTimeOffset StartedAt, DateTimeOffset UpdatedAt)
{
    public static ChallengeWire Of(Challenge challenge) => new(
        challenge.State.ToString(), challenge.Told, challenge.Job, challenge.Candidate, challenge.Endpoint, challenge.Endpoint is null ? null : challenge.Deployment,
        challenge is { Endpoint: not null, State: not ChallengeState.Training } ? challenge.Job : null, challenge.StartedAt, challenge.UpdatedAt);
}
