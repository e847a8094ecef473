using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Security.Contracts;

namespace Slipway.Registry.Versions;

/// <summary>/api/v1/models: list, show, alias, history, gate decisions.</summary>
internal static class ModelRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/models", ListAsync).WithName("ListModels").WithTags("models");
        routes.MapGet("/models/{model}/versions", ListVersionsAsync).WithName("ListModelVersions").WithTags("models");
        routes.MapGet("/models/{model}/versions/{version}", ShowAsync).WithName("ShowModelVersion").WithTags("models");
        routes.MapPut("/models/{model}/aliases/{alias}", SetAliasAsync).WithName("SetModelAlias").WithTags("models");
        routes.MapGet("/models/{model}/history", HistoryAsync).WithName("ShowModelHistory").WithTags("models");
        routes.MapGet("/models/{model}/gates", GatesAsync).WithName("ListGateDecisions").WithTags("models");
    }

    private static async Task<Ok<Names>> ListAsync(Caller caller, IAccess access, ModelStore models, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, "the registry", ct);
        return TypedResults.Ok(new Names(await models.ListModelsAsync(caller.Workspace, ct)));
    }

    private static async Task<Ok<Listing>> ListVersionsAsync(
        string model, Caller caller, IAccess access, ModelStore models, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"model:{model}", ct);
        var versions = await models.ListAsync(caller.Workspace, model, ct);
        // MLflow makes models before their first version, and deletes versions.
        if (versions.Count == 0 && !(await models.ListModelsAsync(caller.Workspace, ct)).Contains(model, StringComparer.Ordinal))
            throw SlipwayException.NotFound("Model", model);
        return TypedResults.Ok(new Listing([.. versions.Select(Response.Of)]));
    }

    /// <param name="version">A number, an alias, or "latest".</param>
    private static async Task<Ok<Response>> ShowAsync(
        string model, string version, Caller caller, IModelRegistry registry, CancellationToken ct)
    {
        var reference = version.All(char.IsAsciiDigit) ? $"{model}:{version}" : $"{model}@{version}";
        var found = await registry.FindAsync(caller, reference, ct) ?? throw SlipwayException.NotFound("Model version", reference);
        return TypedResults.Ok(Response.Of(found));
    }

    private static async Task<NoContent> SetAliasAsync(
        string model, string alias, AliasRequest request, Caller caller, IModelRegistry registry, CancellationToken ct)
    {
        await registry.SetAliasAsync(caller, model, alias, request.Version, request.Reason ?? $"set by {caller.Principal}", ct);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<History>> HistoryAsync(
        string model, Caller caller, IAccess access, IModelHistory history, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"model:{model}", ct);
        var events = await history.ListAsync(caller, model, ct);
        return events.Count > 0
            ? TypedResults.Ok(new History(events))
            : throw SlipwayException.NotFound("Model", model);
    }

    private static async Task<Ok<Gates>> GatesAsync(string model, Caller caller, IGateLog gates, CancellationToken ct) =>
        TypedResults.Ok(new Gates([.. (await gates.ListAsync(caller, model, ct)).Select(Gate.Of)]));

    public sealed record AliasRequest(int Version, string? Reason = null);

    public sealed record Names(IReadOnlyList<string> Models);

    public sealed record Listing(IReadOnlyList<Response> Versions);

    public sealed record History(IReadOnlyList<ModelEvent> Events);

    public sealed record Gates(IReadOnlyList<Gate> Decisions);

    public sealed record Gate(
        string Id, string Model, int Candidate, int? Champion, bool Accepted, string Reason, JsonElement Evidence,
        DateTimeOffset DecidedAt, string DecidedBy)
    {
        internal static Gate Of(GateDecision decision)
        {
            using var evidence = JsonDocument.Parse(decision.EvidenceJson);
            return new Gate(
                decision.Id, decision.Model, decision.Candidate, decision.Champion, decision.Accepted, decision.Reason,
                evidence.RootElement.Clone(), decision.DecidedAt, decision.DecidedBy);
        }
    }

    public sealed record Response(
        string Model,
        int Version,
        string Tree,
        string Flavor,
        ModelSignature? Signature,
        string? RunId,
        string? Description,
        IReadOnlyDictionary<string, string> Tags,
        IReadOnlyList<string> Aliases,
        DateTimeOffset CreatedAt,
        string CreatedBy,
        string Stage,
        bool Archived)
    {
        internal static Response Of(ModelVersion version) => new(
            version.Model,
            version.Number,
            version.Tree.ToString(),
            version.Flavor,
            version.SignatureJson is { } json ? JsonSerializer.Deserialize(json, RegistryJson.Default.ModelSignature) : null,
            version.RunId,
            version.Description,
            version.Tags,
            version.Aliases,
            version.CreatedAt,
            version.CreatedBy,
            version.Stage,
            UpdateVersion.IsArchived(version));
    }
}
