using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Security.Contracts;

namespace Slipway.Lake.Assets;

/// <summary>
/// PATCH /api/v1/data/{name}/versions/{version}: what is said about a version may change, its content never. An archived
/// version is left out of listings and is not "latest"; by its number it stays usable.
/// </summary>
internal sealed class UpdateData(DataVersionStore versions, IAccess access, IAuditLog audit)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPatch("/data/{name}/versions/{version}", HandleAsync).WithName("UpdateDataVersion").WithTags("data");

    private static async Task<Ok<DataRoutes.Response>> HandleAsync(
        string name, string version, Request request, Caller caller, UpdateData operation, CancellationToken ct) =>
        TypedResults.Ok(DataRoutes.Response.Of(await operation.RunAsync(caller, AssetName.Parse(name), version, request, ct)));

    private async Task<DataVersion> RunAsync(Caller caller, AssetName name, string version, Request request, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"data:{name}", ct);
        var found = await versions.FindAsync(caller.Workspace, name, version, ct)
            ?? throw SlipwayException.NotFound("Data version", $"{name}@{version}");
        var changed = found with
        {
            Description = request.Description ?? found.Description,
            Tags = request.Tags ?? found.Tags,
            Archived = request.Archived ?? found.Archived,
        };
        await versions.UpdateAsync(changed, ct);
        await audit.AppendAsync(caller, "data.update", changed.Node, detail: null, ct);
        return changed;
    }

    /// <summary>What is null stays as it is.</summary>
    public sealed record Request(
        string? Description = null, IReadOnlyDictionary<string, string>? Tags = null, bool? Archived = null);
}
