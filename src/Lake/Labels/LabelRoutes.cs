using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Lake.Assets;
using Slipway.Security.Contracts;

namespace Slipway.Lake.Labels;

/// <summary>
/// /api/v1/data/{name}/labels: names that move from version to version. A label and a version of one asset are never called the
/// same, so that either may stand wherever a version is named.
/// </summary>
internal sealed class LabelRoutes(Database database, LabelStore labels, IAccess access, IAuditLog audit, TimeProvider time)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/data/{name}/labels", ListAsync).WithName("ListDataLabels").WithTags("data");
        routes.MapPut("/data/{name}/labels/{label}", HandleSetAsync).WithName("SetDataLabel").WithTags("data");
        routes.MapDelete("/data/{name}/labels/{label}", HandleDeleteAsync).WithName("DeleteDataLabel").WithTags("data");
    }

    private static async Task<Ok<Listing>> ListAsync(string name, Caller caller, LabelStore labels, IAccess access, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"data:{name}", ct);
        return TypedResults.Ok(new Listing([.. (await labels.ListAsync(caller.Workspace, AssetName.Parse(name), ct)).Select(Response.Of)]));
    }

    private static async Task<Ok<Response>> HandleSetAsync(
        string name, string label, Request request, Caller caller, LabelRoutes operation, CancellationToken ct) =>
        TypedResults.Ok(Response.Of(await operation.SetAsync(caller, AssetName.Parse(name), DataLabel.Parse(label), request.Version, ct)));

    private static async Task<NoContent> HandleDeleteAsync(string name, string label, Caller caller, LabelRoutes operation, CancellationToken ct)
    {
        await operation.DeleteAsync(caller, AssetName.Parse(name), DataLabel.Parse(label), ct);
        return TypedResults.NoContent();
    }

    private async Task<PlacedLabel> SetAsync(Caller caller, AssetName name, DataLabel label, string version, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"data:{name}", ct);
        var placed = new PlacedLabel(name, label.Value, version, time.GetUtcNow(), caller.Principal);
        var before = await database.WriteAsync(
            async (tx, token) =>
            {
                if (await DataVersionStore.FindAsync(tx, caller.Workspace, name, label.Value, token) is not null)
                    throw SlipwayException.Conflict($"data:{name} has a version '{label}'; choose another label.");
                var found = await DataVersionStore.FindAsync(tx, caller.Workspace, name, version, token)
                    ?? throw SlipwayException.NotFound("Data version", $"{name}@{version}");
                if (found.Quarantine is { } reason)
                    throw SlipwayException.Conflict($"{found.Node} is in quarantine and can have no label; release it first. {reason}");
                var before = await LabelStore.FindAsync(tx, caller.Workspace, name, label.Value, token);
                await LabelStore.SaveAsync(tx, caller.Workspace, placed, token);
                return before?.Version;
            },
            ct);
        await audit.AppendAsync(caller, "data.label.set", $"data:{name}@{version}", Detail(label, before), ct);
        return placed;
    }

    private async Task DeleteAsync(Caller caller, AssetName name, DataLabel label, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"data:{name}", ct);
        if (!await labels.DeleteAsync(caller.Workspace, name, label, ct))
            throw SlipwayException.NotFound("Label", $"{name}@{label}");
        await audit.AppendAsync(caller, "data.label.delete", $"data:{name}", Detail(label, before: null), ct);
    }

    private static string Detail(DataLabel label, string? before)
    {
        var detail = new Dictionary<string, string> { ["label"] = label.Value };
        if (before is not null)
            detail["before"] = before;
        return JsonSerializer.Serialize(detail, LakeJson.Default.IReadOnlyDictionaryStringString);
    }

    /// <param name="Version">The version by its own name; not a label.</param>
    public sealed record Request(string Version);

    public sealed record Listing(IReadOnlyList<Response> Labels);

    public sealed record Response(string Name, string Label, string Version, DateTimeOffset ChangedAt, string ChangedBy)
    {
        internal static Response Of(PlacedLabel placed) => new(placed.Name.Value, placed.Label, placed.Version, placed.ChangedAt, placed.ChangedBy);
    }
}
