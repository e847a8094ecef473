using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Registry.Contracts;
using Slipway.Security.Contracts;

namespace Slipway.Registry.Versions;

/// <summary>
/// POST /api/v1/models/{model}/versions: registers the next version, of files that were uploaded (tree) or that lie at a path: the
/// artifacts of a run, another version, a datastore or the web.
/// </summary>
internal sealed class RegisterModel(IModelRegistry registry, VersionSources sources, IDatastores datastores, IAccess access)
{
    private static readonly string[] s_ownSchemes = ["runs:/", "models:/", "mlflow-artifacts:/"];

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/models/{model}/versions", HandleAsync).WithName("RegisterModelVersion").WithTags("models");

    private static async Task<Ok<ModelRoutes.Response>> HandleAsync(
        string model, Request request, Caller caller, RegisterModel operation, CancellationToken ct) =>
        TypedResults.Ok(ModelRoutes.Response.Of(await operation.RunAsync(caller, model, request, ct)));

    private async Task<ModelVersion> RunAsync(Caller caller, string model, Request request, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"model:{model}", ct);
        if ((request.Tree is null) == (request.Path is null))
            throw SlipwayException.Invalid("A version needs either tree (the digest of what was uploaded) or path (runs:/ID/PATH, azureml://datastores/… or https://…).");
        var found = request.Path is { } path ? await FindAsync(caller, path, ct) : null;
        return await registry.RegisterAsync(
            caller,
            new NewModelVersion
            {
                Model = model,
                Tree = found?.Digest ?? Digest.Parse(request.Tree!),
                Flavor = request.Flavor ?? (found is null ? "custom" : VersionSources.FlavorOf(found)),
                SignatureJson = request.Signature is { } signature
                    ? JsonSerializer.Serialize(signature, RegistryJson.Default.ModelSignature)
                    : null,
                RunId = request.RunId ?? RunOf(request.Path),
                Description = request.Description,
                Tags = request.Tags ?? new Dictionary<string, string>(),
                Stage = request.Stage is { } stage ? ModelStages.Parse(stage) : ModelStages.None,
            },
            ct);
    }

    private async Task<Tree> FindAsync(Caller caller, string path, CancellationToken ct)
    {
        if (!s_ownSchemes.Any(scheme => path.StartsWith(scheme, StringComparison.Ordinal)))
            return (await datastores.ImportAsync(caller, DataUri.Parse(path), ct)).Tree;
        var tree = await sources.FindTreeAsync(caller, path.TrimEnd('/'), ct);
        return tree.Entries.Count > 0
            ? tree
            : throw SlipwayException.Invalid($"path: there are no files at '{path}'; see what its run or model has, and name that.");
    }

    private static string? RunOf(string? path) =>
        path?.Split('/', 3) is ["runs:", { Length: > 0 } run, ..] ? run : null;

    public sealed record Request(
        string? Tree = null,
        string? Path = null,
        string? Flavor = null,
        ModelSignature? Signature = null,
        string? RunId = null,
        string? Description = null,
        IReadOnlyDictionary<string, string>? Tags = null,
        string? Stage = null);
}
