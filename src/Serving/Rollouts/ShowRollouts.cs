using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Serving.Rollouts;

/// <summary>GET /api/v1/rollouts and …/{name}: where rollouts stand, and what was decided on which numbers.</summary>
internal static class ShowRollouts
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/rollouts", ListAsync).WithName("ListRollouts").WithTags("rollouts");
        routes.MapGet("/rollouts/{name}", ShowAsync).WithName("ShowRollout").WithTags("rollouts");
    }

    private static async Task<Ok<Listing>> ListAsync(Caller caller, IAccess access, RolloutStore store, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, "the rollouts", ct);
        return TypedResults.Ok(new Listing([.. (await store.ListAsync(caller.Workspace, ct)).Select(rollout => RolloutWire.Of(rollout, []))]));
    }

    private static async Task<Ok<RolloutWire>> ShowAsync(string name, Caller caller, IAccess access, RolloutStore store, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"rollout:{name}", ct);
        var rollout = await store.GetAsync(caller.Workspace, name, ct);
        return TypedResults.Ok(RolloutWire.Of(rollout, await store.ListDecisionsAsync(caller.Workspace, name, ct)));
    }

    public sealed record Listing(IReadOnlyList<RolloutWire> Rollouts);
}

/// <summary>A rollout on the wire.</summary>
/// <param name="Status">Running, AwaitingApproval, Paused, Completed, RolledBack, Aborted.</param>
/// <param name="Step">From 1.</param>
internal sealed record RolloutWire(
    string Name, string Endpoint, string Baseline, string Candidate, string Status, int Step, int Steps, string StepIs, DateTimeOffset StepStartedAt,
    long Requests, long Errors, string Message, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset UpdatedAt, IReadOnlyList<RolloutWire.Decision> Decisions)
{
    public static RolloutWire Of(Rollout rollout, IReadOnlyList<RolloutDecision> decisions) => new(
        rollout.Name,
        rollout.Definition.Endpoint,
        rollout.Baseline,
        rollout.Definition.Candidate,
        rollout.Status.ToString(),
        rollout.Step + 1,
        rollout.Definition.Steps.Count,
        rollout.Current.ToString(),
        rollout.StepStartedAt,
        rollout.State.Candidate.Requests,
        rollout.State.Candidate.Errors,
        rollout.Message,
        rollout.CreatedAt,
        rollout.CreatedBy,
        rollout.UpdatedAt,
        [.. decisions.Select(Decision.Of)]);

    /// <param name="Findings">What was measured: criterion, samples, estimate, lower, upper, limit, verdict.</param>
    internal sealed record Decision(int Step, string Verdict, string Reason, JsonElement Findings, DateTimeOffset DecidedAt, string DecidedBy)
    {
        public static Decision Of(RolloutDecision decision) => new(
            decision.Step + 1, decision.Verdict, decision.Reason, JsonSerializer.Deserialize<JsonElement>(decision.NumbersJson), decision.DecidedAt, decision.DecidedBy);
    }
}
