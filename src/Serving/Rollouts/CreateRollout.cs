using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Serving.Contracts;
using Slipway.Serving.Online;

namespace Slipway.Serving.Rollouts;

/// <summary>POST /api/v1/rollouts: checks a rollout against its endpoint, keeps it, and begins its first step.</summary>
internal sealed class CreateRollout(
    Database database, RolloutStore store, JudgeRollout judge, IEndpoints endpoints, IAccess access, IAuditLog audit, TimeProvider time)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/rollouts", HandleAsync).WithName("CreateRollout").WithTags("rollouts");

    public async Task<Rollout> RunAsync(Caller caller, string yaml, string source, CancellationToken ct)
    {
        var definition = RolloutDefinition.Read(yaml, source);
        await access.DemandAsync(caller, Permission.Write, $"rollout:{definition.Name}", ct);
        var endpoint = await endpoints.FindAsync(caller, definition.Endpoint, ct) ?? throw SlipwayException.NotFound("Endpoint", definition.Endpoint);
        var now = time.GetUtcNow();
        var rollout = new Rollout
        {
            Workspace = caller.Workspace.Value,
            Definition = definition,
            Baseline = Baseline(endpoint, definition),
            Status = RolloutStatus.Running,
            Step = 0,
            StepStartedAt = now,
            State = new RolloutState(),
            Message = "It begins.",
            Revision = 0,
            CreatedAt = now,
            CreatedBy = caller.Principal,
            UpdatedAt = now,
        };
        await database.WriteAsync((tx, token) => InsertAsync(tx, caller, rollout, token), ct);
        await audit.AppendAsync(caller, "rollout.create", rollout.Node, detail: null, ct);
        return await judge.RunAsync(caller.Workspace, rollout.Name, ct);
    }

    private static async Task<Ok<RolloutWire>> HandleAsync(
        Request request, Caller caller, CreateRollout operation, RolloutStore store, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(request.Definition))
            throw SlipwayException.Invalid("""Send the rollout's YAML: {"definition":"type: rollout\n…"}.""");
        var rollout = await operation.RunAsync(caller, request.Definition, request.Source ?? "rollout.yml", ct);
        return TypedResults.Ok(RolloutWire.Of(rollout, await store.ListDecisionsAsync(caller.Workspace, rollout.Name, ct)));
    }

    private async Task InsertAsync(System.Data.Common.DbTransaction tx, Caller caller, Rollout rollout, CancellationToken ct)
    {
        if (await RolloutStore.FindOpenAsync(tx, caller.Workspace, rollout.Definition.Endpoint, ct) is { } other)
            throw SlipwayException.Conflict($"Rollout '{other}' is moving the traffic of '{rollout.Definition.Endpoint}'; abort it first.");
        if (!await store.InsertAsync(tx, rollout, ct))
            throw new SlipwayException(ErrorCode.AlreadyExists, $"There was a rollout '{rollout.Name}' already; give this one another name.");
    }

    /// <summary>The deployment that is replaced, after all that would keep the rollout from moving the traffic was refused.</summary>
    private static string Baseline(OnlineEndpoint endpoint, RolloutDefinition definition)
    {
        SetTraffic.CheckShare(endpoint, "traffic", definition.Candidate, 100);
        var baseline = definition.Baseline
            ?? endpoint.Traffic.Where(pair => pair.Value > 0 && pair.Key != definition.Candidate).OrderByDescending(pair => pair.Value).FirstOrDefault().Key
            ?? throw SlipwayException.Conflict($"No deployment of '{endpoint.Name}' has traffic that '{definition.Candidate}' could get; set it by hand.");
        SetTraffic.CheckShare(endpoint, "traffic", baseline, 100);
        if (endpoint.Traffic.GetValueOrDefault(baseline) != 100)
        {
            throw SlipwayException.Conflict(
                $"Deployment '{baseline}' has {endpoint.Traffic.GetValueOrDefault(baseline)} % of the traffic of '{endpoint.Name}'; a rollout begins with a baseline that has all of it.");
        }

        return endpoint.Collect == CollectMode.Off && definition.Criteria.NeedsAnswers
            ? throw SlipwayException.Conflict(
                $"Endpoint '{endpoint.Name}' collects nothing (collect: off), so that disagreement, score_shift and loss cannot be judged.")
            : baseline;
    }

    /// <param name="Definition">YAML.</param>
    /// <param name="Source">The name of its file, for messages.</param>
    public sealed record Request(string? Definition, string? Source);
}
