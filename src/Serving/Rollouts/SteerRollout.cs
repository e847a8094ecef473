using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Serving.Rollouts;

/// <summary>POST /api/v1/rollouts/{name}/approve, …/pause, …/resume, …/abort: what people say to a rollout.</summary>
internal sealed class SteerRollout(RolloutStore store, JudgeRollout judge, RolloutLog log, IAccess access)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var verb in new[] { "approve", "pause", "resume", "abort" })
        {
            routes.MapPost(
                $"/rollouts/{{name}}/{verb}",
                (string name, Request? request, Caller caller, SteerRollout operation, CancellationToken ct) =>
                    operation.HandleAsync(caller, name, verb, request?.Reason, ct))
                .WithName($"{char.ToUpperInvariant(verb[0])}{verb[1..]}Rollout").WithTags("rollouts");
        }
    }

    /// <param name="verb">approve, pause, resume or abort.</param>
    public async Task<Rollout> RunAsync(Caller caller, string name, string verb, string? reason, CancellationToken ct)
    {
        await access.DemandAsync(caller, verb == "approve" ? Permission.Approve : Permission.Write, $"rollout:{name}", ct);
        var rollout = await store.GetAsync(caller.Workspace, name, ct);
        var why = string.IsNullOrWhiteSpace(reason) ? $"{verb} by {caller.Principal}" : $"{verb} by {caller.Principal}: {reason}";
        return verb switch
        {
            "approve" => await ApproveAsync(caller, Demand(rollout, verb, RolloutStatus.AwaitingApproval), why, ct),
            "pause" => await log.DecideAsync(
                caller, Demand(rollout, verb, RolloutStatus.Running) with { Status = RolloutStatus.Paused }, verb, why, "[]", ct),
            "resume" => await ResumeAsync(caller, Demand(rollout, verb, RolloutStatus.Paused), why, ct),
            _ => await judge.RollBackAsync(
                Demand(rollout, verb, RolloutStatus.Running, RolloutStatus.Paused, RolloutStatus.AwaitingApproval), RolloutStatus.Aborted, why, "[]", ct),
        };
    }

    private async Task<Ok<RolloutWire>> HandleAsync(Caller caller, string name, string verb, string? reason, CancellationToken ct)
    {
        var changed = await RunAsync(caller, name, verb, reason, ct);
        return TypedResults.Ok(RolloutWire.Of(changed, await store.ListDecisionsAsync(caller.Workspace, name, ct)));
    }

    // What has happened since it began to wait was judged by nobody yet.
    private async Task<Rollout> ApproveAsync(Caller caller, Rollout rollout, string why, CancellationToken ct)
    {
        var now = Demand(await judge.RunAsync(caller.Workspace, rollout.Name, ct), "approve", RolloutStatus.AwaitingApproval);
        var approved = await log.DecideAsync(caller, now with { Status = RolloutStatus.Running }, "approve", why, "[]", ct);
        return await judge.AdvanceAsync(approved, $"Step {now.Step + 1} of {now.Definition.Steps.Count}: {why}.", "[]", ct);
    }

    // The step begins anew: what was seen before the pause, and what was done in it, is not known to be comparable.
    private async Task<Rollout> ResumeAsync(Caller caller, Rollout rollout, string why, CancellationToken ct)
    {
        var resumed = rollout with { Status = RolloutStatus.Running, State = new RolloutState() };
        await log.DecideAsync(caller, resumed, "resume", why, "[]", ct);
        return await judge.RunAsync(caller.Workspace, rollout.Name, ct);
    }

    private static Rollout Demand(Rollout rollout, string verb, params RolloutStatus[] from) => from.Contains(rollout.Status)
        ? rollout
        : throw SlipwayException.Conflict(
            $"Rollout '{rollout.Name}' is {rollout.Status}; '{verb}' is for one that is {string.Join(" or ", from)}. {rollout.Message}");

    /// <param name="Reason">Kept with the decision.</param>
    public sealed record Request(string? Reason);
}
