using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.Evaluation;

/// <summary>Registers a judge of answers, as the client has serialized it; the next version if the name is known.</summary>
internal sealed class RegisterScorer(ScorerStore scorers, IAccess access) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<RegisterScorer>("POST", "/3.0/mlflow/scorers/register");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var experimentId = MlflowNames.ExperimentId(call.Fields.Required("experiment_id"));
        var name = MlflowNames.Limited("name", call.Fields.Required("name"), 256);
        var content = call.Fields.Required("serialized_scorer");

        // Clients run what stands in call_source; nothing that was registered may make them.
        if (EvaluationDataset.Parse("serialized_scorer", content) is JsonObject scorer && scorer["call_source"] is not null)
            throw SlipwayException.Invalid("A scorer made by a decorator holds source code and cannot be registered.");
        await access.DemandAsync(call.Caller, Permission.Write, $"experiment:{experimentId}", ct);
        var registered = await scorers.AddAsync(call.Caller.Workspace, experimentId, name, content, ct);
        await call.AnswerAsync(json =>
        {
            json.WriteNumber("version", registered.Version);
            json.WriteString("scorer_id", registered.Id);
            json.WriteString("experiment_id", call.Fields.Required("experiment_id"));
            json.WriteString("name", name);
            json.WriteString("serialized_scorer", content);
            json.WriteNumber("creation_time", registered.CreatedAt);
        }, ct);
    }
}

internal sealed class ListScorers(ScorerStore scorers, IAccess access) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMlflow<ListScorers>("GET", "/3.0/mlflow/scorers/list");
        routes.MapMlflow<ListScorerVersions>("GET", "/3.0/mlflow/scorers/versions");
    }

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var experimentId = MlflowNames.ExperimentId(call.Fields.Required("experiment_id"));
        await access.DemandAsync(call.Caller, Permission.Read, $"experiment:{experimentId}", ct);
        var found = await scorers.LatestAsync(call.Caller.Workspace, experimentId, ct);
        await call.AnswerAsync(json => Scorer.WriteList(json, found), ct);
    }
}

internal sealed class ListScorerVersions(ScorerStore scorers, IAccess access) : IMlflowOperation
{
    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var experimentId = MlflowNames.ExperimentId(call.Fields.Required("experiment_id"));
        var name = call.Fields.Required("name");
        await access.DemandAsync(call.Caller, Permission.Read, $"experiment:{experimentId}", ct);
        var found = await scorers.VersionsAsync(call.Caller.Workspace, experimentId, name, ct);
        await call.AnswerAsync(json => Scorer.WriteList(json, found), ct);
    }
}

internal sealed class GetScorer(ScorerStore scorers, IAccess access) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<GetScorer>("GET", "/3.0/mlflow/scorers/get");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var experimentId = MlflowNames.ExperimentId(call.Fields.Required("experiment_id"));
        var name = call.Fields.Required("name");
        var version = call.Fields.WholeNumber("version");
        await access.DemandAsync(call.Caller, Permission.Read, $"experiment:{experimentId}", ct);
        var found = (await scorers.VersionsAsync(call.Caller.Workspace, experimentId, name, ct))
            .LastOrDefault(scorer => version is null || scorer.Version == version) ?? throw Scorer.Unknown(name, version);
        await call.AnswerAsync(json =>
        {
            json.WriteStartObject("scorer");
            found.WriteFields(json);
            json.WriteEndObject();
        }, ct);
    }
}

internal sealed class DeleteScorer(ScorerStore scorers, IAccess access) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<DeleteScorer>("DELETE", "/3.0/mlflow/scorers/delete");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var experimentId = MlflowNames.ExperimentId(call.Fields.Required("experiment_id"));
        var name = call.Fields.Required("name");
        var version = call.Fields.WholeNumber("version");
        await access.DemandAsync(call.Caller, Permission.Write, $"experiment:{experimentId}", ct);
        if (await scorers.DeleteAsync(call.Caller.Workspace, experimentId, name, version, ct) == 0)
            throw Scorer.Unknown(name, version);
        await call.AnswerAsync(ct);
    }
}

/// <summary>One version of a scorer.</summary>
internal sealed record Scorer
{
    public required long ExperimentId { get; init; }

    public required string Name { get; init; }

    public required long Version { get; init; }

    /// <summary>The same for all versions of a name.</summary>
    public required string Id { get; init; }

    public required string Content { get; init; }

    public required long CreatedAt { get; init; }

    public static SlipwayException Unknown(string name, long? version) => new(
        ErrorCode.NotFound, version is null ? $"Scorer with name '{name}' not found." : $"Scorer with name '{name}' and version {version} not found.");

    public static void WriteList(Utf8JsonWriter json, IReadOnlyList<Scorer> scorers)
    {
        json.WriteStartArray("scorers");
        foreach (var scorer in scorers)
        {
            json.WriteStartObject();
            scorer.WriteFields(json);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public void WriteFields(Utf8JsonWriter json)
    {
        json.WriteNumber("experiment_id", ExperimentId);
        json.WriteString("scorer_name", Name);
        json.WriteNumber("scorer_version", Version);
        json.WriteString("serialized_scorer", Content);
        json.WriteNumber("creation_time", CreatedAt);
        json.WriteString("scorer_id", Id);
    }
}
