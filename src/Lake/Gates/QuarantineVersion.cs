using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Lake.Assets;
using Slipway.Lake.Contracts;
using Slipway.Security.Contracts;

namespace Slipway.Lake.Gates;

/// <summary>
/// POST /api/v1/data/{name}/versions/{version}/quarantine and …/release. Who may write may hold a version back; to let one go
/// takes the permission to approve, and a reason that the audit keeps beside what the gate had said.
/// </summary>
internal sealed class QuarantineVersion(DataVersionStore versions, IAccess access, IAuditLog audit, Events events, TimeProvider time)
{
    private const int MostCharacters = 1000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/data/{name}/versions/{version}/quarantine", HandleQuarantineAsync).WithName("QuarantineDataVersion").WithTags("data");
        routes.MapPost("/data/{name}/versions/{version}/release", HandleReleaseAsync).WithName("ReleaseDataVersion").WithTags("data");
    }

    private static async Task<Ok<DataRoutes.Response>> HandleQuarantineAsync(
        string name, string version, Request request, Caller caller, QuarantineVersion operation, CancellationToken ct) =>
        TypedResults.Ok(DataRoutes.Response.Of(await operation.QuarantineAsync(caller, AssetName.Parse(name), version, request.Reason, ct)));

    private static async Task<Ok<DataRoutes.Response>> HandleReleaseAsync(
        string name, string version, Request request, Caller caller, QuarantineVersion operation, CancellationToken ct) =>
        TypedResults.Ok(DataRoutes.Response.Of(await operation.ReleaseAsync(caller, AssetName.Parse(name), version, request.Reason, ct)));

    private async Task<DataVersion> QuarantineAsync(Caller caller, AssetName name, string version, string reason, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"data:{name}", ct);
        var found = await FindAsync(caller, name, version, reason, ct);
        var held = found with { Quarantine = reason };
        if (found.Quarantine is not null || !await versions.QuarantineAsync(held, ct))
            throw SlipwayException.Conflict($"{found.Node} is in quarantine already.");
        await audit.AppendAsync(caller, "data.quarantine", held.Node, Detail(("reason", reason)), ct);
        return held;
    }

    public async Task<DataVersion> ReleaseAsync(Caller caller, AssetName name, string version, string reason, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Approve, $"data:{name}", ct);
        var found = await FindAsync(caller, name, version, reason, ct);
        var released = found with { Quarantine = null, ReleasedAt = time.GetUtcNow() };
        if (found.Quarantine is not { } held || !await versions.ReleaseAsync(released, ct))
            throw SlipwayException.Conflict($"{found.Node} is not in quarantine.");
        await audit.AppendAsync(caller, "data.release", released.Node, Detail(("reason", reason), ("quarantine", held)), ct);
        await events.RaiseAsync(new DataVersionCreated(caller, released), ct);
        return released;
    }

    private async Task<DataVersion> FindAsync(Caller caller, AssetName name, string version, string reason, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(reason) || reason.Length > MostCharacters)
            throw SlipwayException.Invalid($"reason is missing or too long: say why, in up to {MostCharacters} characters.");
        return await versions.FindAsync(caller.Workspace, name, version, ct) ?? throw SlipwayException.NotFound("Data version", $"{name}@{version}");
    }

    private static string Detail(params ReadOnlySpan<(string Key, string Value)> fields)
    {
        var detail = new Dictionary<string, string>();
        foreach (var (key, value) in fields)
            detail[key] = value;
        return JsonSerializer.Serialize(detail, LakeJson.Default.IReadOnlyDictionaryStringString);
    }

    /// <param name="Reason">Why, for those who ask later.</param>
    public sealed record Request(string Reason);
}
