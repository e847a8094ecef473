using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Jobs.Execution;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Jobs.Assets;

/// <summary>
/// PATCH /api/v1/components/{name}/versions/{version}, and the same of environments: what people say of a version may change; what
/// it does never.
/// </summary>
internal sealed class UpdateAsset(AssetStore assets, ShowAssets shown, IAccess access, IAuditLog audit)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var kind in AssetKind.All)
        {
            routes.MapPatch(
                    $"/{kind.Collection}/{{name}}/versions/{{version}}",
                    async (Caller caller, string name, string version, Request request, UpdateAsset operation, CancellationToken ct) =>
                        TypedResults.Ok(AssetWire.Of(await operation.RunAsync(caller, kind, name, version, request, ct))))
                .WithName($"Update{kind.Title}").WithTags(kind.Collection);
        }
    }

    private async Task<RegisteredAsset> RunAsync(
        Caller caller, AssetKind kind, string name, string version, Request request, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"{kind.Name}:{name}", ct);
        var found = await shown.GetAsync(caller, kind, name, version, ct);
        var changed = found with
        {
            Description = request.Description is "" ? null : request.Description ?? found.Description,
            Tags = request.Tags is null ? found.Tags : JobsJson.Write(request.Tags),
        };
        await assets.DescribeAsync(changed, ct);
        await audit.AppendAsync(caller, $"{kind.Name}.update", changed.Node, null, ct);
        return changed;
    }

    /// <summary>What is null stays as it is.</summary>
    /// <param name="Description">Empty: none any more.</param>
    /// <param name="Tags">They replace those of before.</param>
    internal sealed record Request(
        [property: JsonPropertyName("description")] string? Description = null,
        [property: JsonPropertyName("tags")] IReadOnlyDictionary<string, string>? Tags = null);
}
