using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Lake.Assets;

/// <summary>
/// DELETE /api/v1/data/{name}/versions/{version}: forgets a version; its content goes with a later collection when nothing
/// else refers to it. A version with the tag "legal_hold" cannot be deleted.
/// </summary>
internal sealed class DeleteData(DataVersionStore versions, IAccess access, IAuditLog audit)
{
    internal const string Hold = "legal_hold";

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapDelete("/data/{name}/versions/{version}", HandleAsync).WithName("DeleteDataVersion").WithTags("data");

    private static async Task<NoContent> HandleAsync(
        string name, string version, Caller caller, DeleteData operation, CancellationToken ct)
    {
        await operation.RunAsync(caller, AssetName.Parse(name), version, ct);
        return TypedResults.NoContent();
    }

    private async Task RunAsync(Caller caller, AssetName name, string version, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"data:{name}", ct);
        var found = await versions.FindAsync(caller.Workspace, name, version, ct)
            ?? throw SlipwayException.NotFound("Data version", $"{name}@{version}");
        if (found.Version != version)
            throw SlipwayException.Invalid($"Say which version to delete, such as {found.Version}; \"{version}\" may be another one by now.");
        if (found.Tags.TryGetValue(Hold, out var why))
            throw SlipwayException.Conflict($"{found.Node} is on hold (tag '{Hold}': {why}); remove the tag first.");

        if (found.Labels.Count > 0 || !await versions.DeleteAsync(found, ct))
            throw SlipwayException.Conflict($"{found.Node} has labels ({string.Join(", ", found.Labels)}); move them first.");
        await audit.AppendAsync(caller, "data.delete", found.Node, $$"""{"tree":"{{found.Tree}}"}""", ct);
    }
}
