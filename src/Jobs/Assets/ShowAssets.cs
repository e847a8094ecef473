using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Jobs.Assets;

/// <summary>GET /api/v1/components, …/{name}/versions, …/{name}/versions/{version}, and the same of environments.</summary>
internal sealed class ShowAssets(AssetStore assets, IAccess access)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var kind in AssetKind.All)
        {
            routes.MapGet(
                    $"/{kind.Collection}",
                    async (Caller caller, ShowAssets operation, CancellationToken ct, bool archived = false) =>
                        TypedResults.Ok(await operation.ListAsync(caller, kind, null, archived, ct)))
                .WithName($"List{kind.Title}s").WithTags(kind.Collection);
            routes.MapGet(
                    $"/{kind.Collection}/{{name}}/versions",
                    async (Caller caller, string name, ShowAssets operation, CancellationToken ct, bool archived = false) =>
                        TypedResults.Ok(await operation.ListAsync(caller, kind, name, archived, ct)))
                .WithName($"List{kind.Title}Versions").WithTags(kind.Collection);
            routes.MapGet(
                    $"/{kind.Collection}/{{name}}/versions/{{version}}",
                    async (Caller caller, string name, string version, ShowAssets operation, CancellationToken ct) =>
                        TypedResults.Ok(AssetWire.Of(await operation.GetAsync(caller, kind, name, version, ct))))
                .WithName($"Show{kind.Title}").WithTags(kind.Collection);
        }
    }

    public async Task<RegisteredAsset> GetAsync(Caller caller, AssetKind kind, string name, string version, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"{kind.Name}:{name}", ct);
        return await assets.FindAsync(caller.Workspace, kind, name, version, ct)
            ?? throw SlipwayException.NotFound($"{kind.Title} version", $"{name}:{version}");
    }

    private async Task<Response> ListAsync(Caller caller, AssetKind kind, string? name, bool archived, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"{kind.Name}:{name ?? "all"}", ct);
        var found = await assets.ListAsync(caller.Workspace, kind, name, archived, ct);
        return new Response([.. found.Select(AssetWire.Of)]);
    }

    internal sealed record Response([property: JsonPropertyName("versions")] IReadOnlyList<AssetWire> Versions);
}
