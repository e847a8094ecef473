using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Jobs.Assets;

/// <summary>
/// POST /api/v1/components/{name}/archive and /restore, of one version or of all, and the same of environments. What is
/// archived is not listed and not the latest; jobs that name its version go on using it.
/// </summary>
internal sealed class ArchiveAsset(AssetStore assets, IAccess access, IAuditLog audit)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var kind in AssetKind.All)
        {
            foreach (var (act, archived) in new[] { ("archive", true), ("restore", false) })
            {
                routes.MapPost(
                        $"/{kind.Collection}/{{name}}/{act}",
                        async (Caller caller, string name, ArchiveAsset operation, CancellationToken ct, string? version = null) =>
                        {
                            await operation.RunAsync(caller, kind, name, version, archived, ct);
                            return TypedResults.NoContent();
                        })
                    .WithName($"{char.ToUpperInvariant(act[0])}{act[1..]}{kind.Title}").WithTags(kind.Collection);
            }
        }
    }

    private async Task RunAsync(Caller caller, AssetKind kind, string name, string? version, bool archived, CancellationToken ct)
    {
        var target = version is null ? $"{kind.Name}:{name}" : $"{kind.Name}:{name}@{version}";
        await access.DemandAsync(caller, Permission.Write, target, ct);
        if (await assets.SetArchivedAsync(caller.Workspace, kind, name, version, archived, ct) == 0)
            throw SlipwayException.NotFound(kind.Title, version is null ? name : $"{name}:{version}");
        await audit.AppendAsync(caller, archived ? $"{kind.Name}.archive" : $"{kind.Name}.restore", target, null, ct);
    }
}
