using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Definitions;
using Slipway.Jobs.Execution;
using Slipway.Jobs.Operations;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Jobs.Assets;

/// <summary>
/// POST /api/v1/components, /environments: checks and keeps a version. The same content under the same version is
/// accepted again and changes description and tags; other content is refused.
/// </summary>
internal sealed class RegisterAsset(
    Database database, AssetStore assets, JobFiles files, Policies<IStepKind> kinds, IAccess access, IAuditLog audit, TimeProvider time)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var kind in AssetKind.All)
        {
            routes.MapPost(
                    $"/{kind.Collection}",
                    async (Caller caller, Request request, RegisterAsset operation, CancellationToken ct) =>
                        Answer(kind, await operation.RunAsync(caller, kind, request, ct)))
                .WithName($"Register{kind.Title}").WithTags(kind.Collection);
        }
    }

    public async Task<RegisteredAsset> RunAsync(Caller caller, AssetKind kind, Request request, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"{kind.Name}:new", ct);
        var trees = (request.Files ?? new Dictionary<string, string>()).ToDictionary(file => file.Key, file => Digest.Parse(file.Value));
        var definition = await ReadAsync(kind, request, trees, ct);
        var asset = Asset(caller, kind, request.Yaml, definition, trees);
        var kept = await database.WriteAsync((tx, token) => PutAsync(tx, caller, kind, asset, token), ct);
        await audit.AppendAsync(caller, $"{kind.Name}.register", kept.Node, null, ct);
        return kept;
    }

    private async Task<JsonObject> ReadAsync(AssetKind kind, Request request, Dictionary<string, Digest> trees, CancellationToken ct)
    {
        var texts = await files.ReadDefinitionsAsync(trees, ct);
        var problems = new Problems();
        var read = CheckedFile.Read(
            new DefinitionFile
            {
                Yaml = request.Yaml,
                Source = request.Source ?? $"{kind.Name}.yml",
                Kind = kind.Name,
                Open = texts.GetValueOrDefault,
                StepKinds = [.. kinds.Names.Select(kinds.Find).OfType<IStepKind>()],
            },
            problems);
        problems.ThrowIfAny();
        foreach (var path in read!.LocalPaths)
        {
            if (!trees.ContainsKey(path.Key))
                throw SlipwayException.Invalid($"'{path.Text}' did not come with the {kind.Name}; send its tree under files['{path.Key}'].");
            if (path.Key.StartsWith('/') || path.Key.Split('/').Count(part => part == "..") > RegisteredAsset.MostLevelsUp)
                throw SlipwayException.Invalid($"'{path.Text}' cannot be registered: a path goes from the folder of the file, at most {RegisteredAsset.MostLevelsUp} folders up.");
        }

        return read.Json;
    }

    private RegisteredAsset Asset(Caller caller, AssetKind kind, string yaml, JsonObject definition, Dictionary<string, Digest> trees) => new()
    {
        Id = Ids.New(time),
        Workspace = caller.Workspace.Value,
        Kind = kind.Name,
        Name = AssetName.Parse(definition["name"]?.ToString() ?? throw SlipwayException.Invalid($"The {kind.Name} has no name; write 'name' into it.")).Value,
        Version = definition["version"]?.ToString() ?? "",
        Digest = RegisteredAsset.DigestOf(definition, trees),
        Yaml = yaml,
        Definition = definition.ToJsonString(),
        Files = JobsJson.Write(trees.ToDictionary(file => file.Key, file => file.Value.ToString())),
        Description = definition["description"]?.ToString(),
        Tags = JobsJson.Write((definition["tags"] as JsonObject ?? []).ToDictionary(tag => tag.Key, tag => tag.Value?.ToString() ?? "")),
        Archived = false,
        CreatedAt = time.UtcNow(),
        CreatedBy = caller.Principal,
    };

    private async Task<RegisteredAsset> PutAsync(
        System.Data.Common.DbTransaction tx, Caller caller, AssetKind kind, RegisteredAsset asset, CancellationToken ct)
    {
        if (asset.Version.Length == 0)
            asset = asset with { Version = await AssetStore.NextVersionAsync(tx, caller.Workspace, kind, asset.Name, ct) };
        if (asset.IsAnonymous)
            throw SlipwayException.Invalid($"'{asset.Name}' is the name of components without one; choose another.");
        if (asset.Version == "latest")
            throw SlipwayException.Invalid("'latest' is a label and cannot be a version; leave the version out for the next number.");
        if (await assets.FindAsync(tx, caller.Workspace, kind, asset.Name, asset.Version, ct) is { } existing && existing.Digest != asset.Digest)
        {
            throw new SlipwayException(
                ErrorCode.AlreadyExists,
                $"{kind.Title} '{asset.Name}' has a version '{asset.Version}' with other content, and versions never change; choose another version or leave it out.");
        }

        await AssetStore.PutAsync(tx, asset, ct);
        return (await assets.FindAsync(tx, caller.Workspace, kind, asset.Name, asset.Version, ct))!;
    }

    private static Created<AssetWire> Answer(AssetKind kind, RegisteredAsset asset) =>
        TypedResults.Created($"/api/v1/{kind.Collection}/{asset.Name}/versions/{asset.Version}", AssetWire.Of(asset));

    /// <param name="Files">The digest of the tree of each local path that the YAML names.</param>
    public sealed record Request(string Yaml, string? Source, IReadOnlyDictionary<string, string>? Files);
}
