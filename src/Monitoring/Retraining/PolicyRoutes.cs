using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Monitoring.Retraining.Challenges;
using Slipway.Security.Contracts;

namespace Slipway.Monitoring.Retraining;

/// <summary>/api/v1/retraining: declare, list, show, enable, disable, delete, and read the decisions.</summary>
internal static class PolicyRoutes
{
    private const int Most = 500;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/retraining", CreateAsync).WithName("CreateRetraining").WithTags("monitoring");
        routes.MapGet("/retraining", ListAsync).WithName("ListRetraining").WithTags("monitoring");
        routes.MapGet("/retraining/{name}", ShowAsync).WithName("ShowRetraining").WithTags("monitoring");
        routes.MapPost("/retraining/{name}/enable", (string name, Caller caller, IAccess access, IAuditLog audit, PolicyStore policies, CancellationToken ct) =>
            EnableAsync(name, true, caller, access, audit, policies, ct)).WithName("EnableRetraining").WithTags("monitoring");
        routes.MapPost("/retraining/{name}/disable", (string name, Caller caller, IAccess access, IAuditLog audit, PolicyStore policies, CancellationToken ct) =>
            EnableAsync(name, false, caller, access, audit, policies, ct)).WithName("DisableRetraining").WithTags("monitoring");
        routes.MapDelete("/retraining/{name}", DeleteAsync).WithName("DeleteRetraining").WithTags("monitoring");
        routes.MapGet("/retraining/{name}/decisions", DecisionsAsync).WithName("ListRetrainingDecisions").WithTags("monitoring");
    }

    private static async Task<Ok<Response>> CreateAsync(
        Request request, Caller caller, CreatePolicy operation, CancellationToken ct) =>
        TypedResults.Ok(Response.Of(await operation.RunAsync(caller, request.Definition, request.Job?.ToJob(), ct)));

    private static async Task<Ok<Listing>> ListAsync(Caller caller, IAccess access, PolicyStore policies, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, "retraining policies", ct);
        return TypedResults.Ok(new Listing([.. (await policies.ListAsync(caller.Workspace, ct)).Select(Response.Of)]));
    }

    private static async Task<Ok<Response>> ShowAsync(
        string name, Caller caller, IAccess access, PolicyStore policies, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"retraining:{name}", ct);
        return TypedResults.Ok(Response.Of(await policies.GetAsync(caller.Workspace, name, ct)));
    }

    private static async Task<Ok<Response>> EnableAsync(
        string name, bool enabled, Caller caller, IAccess access, IAuditLog audit, PolicyStore policies, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"retraining:{name}", ct);
        if (!await policies.SetEnabledAsync(caller.Workspace, name, enabled, ct))
            throw SlipwayException.NotFound("Retraining policy", name);
        await audit.AppendAsync(caller, enabled ? "retraining.enable" : "retraining.disable", $"retraining:{name}", null, ct);
        return TypedResults.Ok(Response.Of(await policies.GetAsync(caller.Workspace, name, ct)));
    }

    private static async Task<NoContent> DeleteAsync(
        string name, Caller caller, IAccess access, IAuditLog audit, PolicyStore policies, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"retraining:{name}", ct);
        if (!await policies.DeleteAsync(caller.Workspace, name, ct))
            throw SlipwayException.NotFound("Retraining policy", name);
        await audit.AppendAsync(caller, "retraining.delete", $"retraining:{name}", null, ct);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<Decisions>> DecisionsAsync(
        string name, int? limit, Caller caller, IAccess access, PolicyStore policies, DecisionStore decisions, ChallengeStore challenges, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"retraining:{name}", ct);
        await policies.GetAsync(caller.Workspace, name, ct);
        var found = await decisions.ListAsync(caller.Workspace, name, Math.Clamp(limit ?? 50, 1, Most), ct);
        var challengers = (await challenges.ListAsync(caller.Workspace, name, ct)).ToDictionary(challenge => challenge.DecisionId, StringComparer.Ordinal);
        return TypedResults.Ok(new Decisions([.. found.Select(decision => DecisionWire.Of(decision, challengers.GetValueOrDefault(decision.Id)))]));
    }

    /// <param name="Definition">The policy's YAML.</param>
    internal sealed record Request(string Definition, JobRequest? Job = null);

    /// <param name="Yaml">The training job's YAML.</param>
    /// <param name="Files">The digest of the tree of each local path that the job names.</param>
    internal sealed record JobRequest(string Yaml, string? Source = null, IReadOnlyDictionary<string, string>? Files = null)
    {
        public PolicyJob ToJob() => new(Yaml, Source ?? "train.yml", Files ?? new Dictionary<string, string>());
    }

    internal sealed record Listing(IReadOnlyList<Response> Policies);

    internal sealed record Decisions(IReadOnlyList<DecisionWire> Items);

    internal sealed record Response(
        string Name, string Monitor, string Model, bool Enabled, string Definition, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset UpdatedAt)
    {
        public static Response Of(PolicyRow row)
        {
            var policy = row.Read();
            return new Response(
                row.Name, policy.Monitor, policy.Model, row.Enabled, row.Definition, row.CreatedAt.ToTime(), row.CreatedBy, row.UpdatedAt.ToTime());
        }
    }
}
