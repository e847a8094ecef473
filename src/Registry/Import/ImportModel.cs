using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Registry.Mlflow;
using Slipway.Registry.Versions;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Registry.Import;

/// <summary>
/// POST /api/v1/import/models: a registered model of another server with its versions by their numbers, times and aliases.
/// What is here stays; nobody is told by webhooks or events, since it all happened before.
/// </summary>
internal sealed class ImportModel(ModelImports imports, VersionSources sources, IAccess access, IAuditLog audit)
{
    private const int LongestText = 5000, LongestSource = 2048, LongestTag = 100_000;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/import/models", HandleAsync).WithName("ImportModel").WithTags("import");

    private static async Task<Ok<Response>> HandleAsync(Caller caller, Request request, ImportModel operation, CancellationToken ct) =>
        TypedResults.Ok(await operation.RunAsync(caller, request, ct));

    public async Task<Response> RunAsync(Caller caller, Request request, CancellationToken ct)
    {
        ModelRegistry.CheckName("A registered model's name", request.Name);
        await access.DemandAsync(caller, Permission.Administer, $"model:{request.Name}", ct);
        foreach (var alias in (request.Aliases ?? new Dictionary<string, int>()).Keys)
            ModelRegistry.CheckAlias(alias);
        var model = new ImportedModel
        {
            Name = request.Name,
            Description = Text("description", request.Description, LongestText),
            Tags = Tags("tags", request.Tags),
            CreatedAt = request.CreatedAt.ToTime(),
            UpdatedAt = request.UpdatedAt.ToTime(),
            Aliases = request.Aliases ?? new Dictionary<string, int>(),
        };
        foreach (var version in (request.Versions ?? []).OrderBy(version => version.Number))
            model.Versions.Add(await ReadAsync(caller, request.Name, version, ct));
        var outcome = await imports.AddAsync(caller, model, ct);
        await audit.AppendAsync(caller, "model.import", $"model:{request.Name}", $$"""{"versions": {{outcome.Versions}}}""", ct);
        return new Response(outcome.Added, outcome.Versions, outcome.Kept);
    }

    private async Task<ModelVersion> ReadAsync(Caller caller, string model, Version version, CancellationToken ct)
    {
        var field = $"versions[{version.Number}]";
        if (version.Number < 1)
            throw SlipwayException.Invalid($"A version has the number {version.Number}; numbers begin at 1.");
        var tags = Tags($"{field}.tags", version.Tags);
        var source = Text($"{field}.source", version.Source, LongestSource) ?? "";
        DemandSource(source, isPrompt: tags.ContainsKey(RegistryFields.PromptTag));
        var tree = await sources.FindTreeAsync(caller, source, ct);
        return new ModelVersion
        {
            Workspace = caller.Workspace,
            Model = model,
            Number = version.Number,
            Tree = tree.Digest,
            Flavor = VersionSources.FlavorOf(tree),
            RunId = Text($"{field}.runId", version.RunId, 256),
            Description = Text($"{field}.description", version.Description, LongestText),
            Tags = tags,
            Aliases = [],
            CreatedAt = version.CreatedAt.ToTime(),
            UpdatedAt = version.UpdatedAt.ToTime(),
            CreatedBy = Text($"{field}.createdBy", version.CreatedBy, 256) is { Length: > 0 } by ? by : caller.Principal,
            Source = source,
            RunLink = Text($"{field}.runLink", version.RunLink, LongestSource),
            LoggedModelId = Text($"{field}.modelId", version.ModelId, 256) ?? VersionSources.LoggedModel(source),
            Stage = RegistryFields.Stage(version.Stage ?? RegistryFields.NoStage),
        };
    }

    // A path of the disk that the source server ran on means nothing here.
    private static void DemandSource(string source, bool isPrompt)
    {
        if (isPrompt)
            return;
        SourcePath.DemandPlain(source);
        if (source.Length > 0 && SourcePath.IsLocal(source))
            throw SlipwayException.Invalid($"The source '{source}' is a path of a disk; bring its files into the artifacts of a run and name it runs:/….");
    }

    private static Dictionary<string, string> Tags(string field, IReadOnlyDictionary<string, string>? tags)
    {
        var all = new Dictionary<string, string>();
        foreach (var (key, value) in tags ?? new Dictionary<string, string>())
        {
            MlflowNames.DemandKey("tag", $"{field}.{key}", key);
            all[key] = Text($"{field}.{key}", value, LongestTag)!;
        }

        return all;
    }

    private static string? Text(string field, string? text, int limit) => text?.Contains('\0', StringComparison.Ordinal) == true
        ? throw SlipwayException.Invalid($"'{field}' contains NUL, which cannot be kept.")
        : text is null ? null : MlflowNames.Limited(field, text, limit);

    internal sealed record Request(
        [property: JsonPropertyName("name")] string Name,
        [property: JsonPropertyName("createdAt")] long CreatedAt,
        [property: JsonPropertyName("updatedAt")] long UpdatedAt,
        [property: JsonPropertyName("description")] string? Description = null,
        [property: JsonPropertyName("tags")] IReadOnlyDictionary<string, string>? Tags = null,
        [property: JsonPropertyName("aliases")] IReadOnlyDictionary<string, int>? Aliases = null,
        [property: JsonPropertyName("versions")] IReadOnlyList<Version>? Versions = null);

    internal sealed record Version(
        [property: JsonPropertyName("number")] int Number,
        [property: JsonPropertyName("createdAt")] long CreatedAt,
        [property: JsonPropertyName("updatedAt")] long UpdatedAt,
        [property: JsonPropertyName("source")] string? Source = null,
        [property: JsonPropertyName("runId")] string? RunId = null,
        [property: JsonPropertyName("runLink")] string? RunLink = null,
        [property: JsonPropertyName("modelId")] string? ModelId = null,
        [property: JsonPropertyName("description")] string? Description = null,
        [property: JsonPropertyName("createdBy")] string? CreatedBy = null,
        [property: JsonPropertyName("stage")] string? Stage = null,
        [property: JsonPropertyName("tags")] IReadOnlyDictionary<string, string>? Tags = null);

    /// <param name="Versions">How many were added.</param>
    /// <param name="Kept">What differs here from the source, one sentence each.</param>
    internal sealed record Response(
        [property: JsonPropertyName("added")] bool Added,
        [property: JsonPropertyName("versions")] int Versions,
        [property: JsonPropertyName("kept")] IReadOnlyList<string> Kept);
}
