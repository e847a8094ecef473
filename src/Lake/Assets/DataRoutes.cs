using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Security.Contracts;

namespace Slipway.Lake.Assets;

/// <summary>/api/v1/data: create, show and list data assets and their versions.</summary>
internal static class DataRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/data", ListAsync).WithName("ListData").WithTags("data");
        routes.MapGet("/data/{name}/versions", ListVersionsAsync).WithName("ListDataVersions").WithTags("data");
        routes.MapGet("/data/{name}/versions/{version}", ShowAsync).WithName("ShowDataVersion").WithTags("data");
        routes.MapPost("/data/{name}/versions", CreateAsync).WithName("CreateDataVersion").WithTags("data");
    }

    private static async Task<Ok<Listing>> ListAsync(
        Caller caller, IAccess access, DataVersionStore versions, CancellationToken ct, string? after = null, int limit = 100)
    {
        await access.DemandAsync(caller, Permission.Read, "the lake", ct);
        var found = await versions.ListLatestAsync(caller.Workspace, after ?? "", Checked(limit), ct);
        return TypedResults.Ok(new Listing(
            [.. found.Select(Response.Of)], found.Count == limit ? found[^1].Name.Value : null));
    }

    private static async Task<Ok<Listing>> ListVersionsAsync(
        string name, Caller caller, IDataAssets assets, CancellationToken ct, string? pageToken = null, int limit = 100)
    {
        var page = await assets.ListVersionsAsync(caller, AssetName.Parse(name), Checked(limit), pageToken, ct);
        return TypedResults.Ok(new Listing([.. page.Items.Select(Response.Of)], page.NextToken));
    }

    private static async Task<Ok<Response>> ShowAsync(
        string name, string version, Caller caller, IDataAssets assets, CancellationToken ct)
    {
        var found = await assets.FindAsync(caller, AssetName.Parse(name), version, ct)
            ?? throw SlipwayException.NotFound("Data version", $"{name}@{version}");
        return TypedResults.Ok(Response.Of(found));
    }

    private static async Task<Ok<Response>> CreateAsync(
        string name, Request request, Caller caller, IDataAssets assets, IDatastores datastores, CancellationToken ct)
    {
        if ((request.Tree is null) == (request.Path is null))
            throw SlipwayException.Invalid("A version needs either tree (the digest of what was uploaded) or path (azureml://datastores/… or https://…).");
        var imported = request.Path is { } path ? await datastores.ImportAsync(caller, DataUri.Parse(path), ct) : null;
        var created = await assets.CreateAsync(
            caller,
            new NewDataVersion
            {
                Name = AssetName.Parse(name),
                Version = request.Version,
                Type = DataTypes.Parse(request.Type ?? (imported is { IsFile: true } ? "uri_file" : "uri_folder")),
                Zone = request.Zone ?? "raw",
                Tree = imported?.Tree.Digest ?? Digest.Parse(request.Tree!),
                Description = request.Description,
                Tags = request.Tags ?? new Dictionary<string, string>(),
            },
            ct);
        return TypedResults.Ok(Response.Of(created));
    }

    private static int Checked(int limit) => limit is >= 1 and <= 1000
        ? limit
        : throw SlipwayException.Invalid($"limit is {limit}; it must be from 1 to 1000.");

    public sealed record Request(
        string? Tree = null,
        string? Path = null,
        string? Type = null,
        string? Version = null,
        string? Zone = null,
        string? Description = null,
        IReadOnlyDictionary<string, string>? Tags = null);

    public sealed record Listing(IReadOnlyList<Response> Versions, string? NextToken);

    public sealed record Response(
        string Name,
        string Version,
        string Type,
        string Zone,
        string Tree,
        long SizeBytes,
        long? Rows,
        string? Description,
        IReadOnlyDictionary<string, string> Tags,
        bool Archived,
        string? Quarantine,
        IReadOnlyList<string> Labels,
        DateTimeOffset CreatedAt,
        string CreatedBy)
    {
        internal static Response Of(DataVersion version) => new(
            version.Name.Value,
            version.Version,
            DataTypes.Text(version.Type),
            version.Zone,
            version.Tree.ToString(),
            version.SizeBytes,
            version.Rows,
            version.Description,
            version.Tags,
            version.Archived,
            version.Quarantine,
            version.Labels,
            version.CreatedAt,
            version.CreatedBy);
    }
}
