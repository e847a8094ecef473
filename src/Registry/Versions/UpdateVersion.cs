using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Registry.Mlflow;

namespace Slipway.Registry.Versions;

/// <summary>
/// PATCH /api/v1/models/{model}/versions/{number}: what is said about a version may change, its files never. An archived
/// version has the stage Archived and is left out of listings.
/// </summary>
internal sealed class UpdateVersion(ModelWrites writes, IModelRegistry registry)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPatch("/models/{model}/versions/{number:int}", HandleAsync).WithName("UpdateModelVersion").WithTags("models");

    public static bool IsArchived(ModelVersion version) => version.Stage == ModelStages.Archived;

    private static async Task<Ok<ModelRoutes.Response>> HandleAsync(
        string model, int number, Request request, Caller caller, UpdateVersion operation, CancellationToken ct) =>
        TypedResults.Ok(ModelRoutes.Response.Of(await operation.RunAsync(caller, model, number, request, ct)));

    private async Task<ModelVersion> RunAsync(Caller caller, string model, int number, Request request, CancellationToken ct)
    {
        var before = await registry.FindAsync(caller, $"{model}:{number}", ct)
            ?? throw SlipwayException.NotFound("Model version", $"{model}:{number}");
        var stage = StageOf(request, before);
        if (request.Description is { } description && description != before.Description)
        {
            await writes.RunAsync(caller, model, number, "described", description, async (tx, token) =>
            {
                await VersionChanges.DescribeAsync(tx, caller.Workspace, model, number, description, token);
                return true;
            }, ct);
        }

        foreach (var (key, value) in request.Tags ?? new Dictionary<string, string?>())
        {
            await writes.RunAsync(caller, model, number, value is null ? "untagged" : "tagged", value is null ? key : $"{key}: {value}", async (tx, token) =>
            {
                await VersionChanges.SetTagAsync(tx, caller.Workspace, model, number, key, value, token);
                return true;
            }, ct);
        }

        if (stage is not null && stage != before.Stage)
        {
            await writes.RunAsync(caller, model, number, "stage", stage, async (tx, token) =>
            {
                await VersionChanges.SetStageAsync(tx, caller.Workspace, model, number, stage, archiveOthers: false, writes.Time.UtcNow(), token);
                return true;
            }, ct);
        }

        return (await registry.FindAsync(caller, $"{model}:{number}", ct))!;
    }

    private static string? StageOf(Request request, ModelVersion before) => (request.Stage, request.Archived) switch
    {
        ({ } stage, null) => ModelStages.Parse(stage),
        (null, true) => ModelStages.Archived,
        (null, false) when IsArchived(before) => ModelStages.None,
        (null, _) => null,
        _ => throw SlipwayException.Invalid("A version is archived by its stage; say either stage or archived."),
    };

    /// <summary>What is null stays as it is.</summary>
    /// <param name="Tags">Those that are named; null takes one away.</param>
    public sealed record Request(
        string? Description = null, IReadOnlyDictionary<string, string?>? Tags = null, bool? Archived = null, string? Stage = null);
}
