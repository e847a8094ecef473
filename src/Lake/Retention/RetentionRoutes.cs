using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Lake.Retention;

/// <summary>/api/v1/data/{name}/retention: how much of an asset is kept, and what the next collection would forget.</summary>
internal sealed class RetentionRoutes(RetentionStore rules, VersionRetention retention, IAccess access, IAuditLog audit, TimeProvider time)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPut("/data/{name}/retention", HandleSetAsync).WithName("SetDataRetention").WithTags("data");
        routes.MapGet("/data/{name}/retention", HandleShowAsync).WithName("ShowDataRetention").WithTags("data");
        routes.MapDelete("/data/{name}/retention", HandleDeleteAsync).WithName("DeleteDataRetention").WithTags("data");
    }

    private static async Task<Ok<Response>> HandleSetAsync(string name, Request request, Caller caller, RetentionRoutes operation, CancellationToken ct) =>
        TypedResults.Ok(await operation.SetAsync(caller, AssetName.Parse(name), request, ct));

    private static async Task<Ok<Response>> HandleShowAsync(string name, Caller caller, RetentionRoutes operation, CancellationToken ct) =>
        TypedResults.Ok(await operation.ShowAsync(caller, AssetName.Parse(name), ct));

    private static async Task<NoContent> HandleDeleteAsync(string name, Caller caller, RetentionRoutes operation, CancellationToken ct)
    {
        await operation.DeleteAsync(caller, AssetName.Parse(name), ct);
        return TypedResults.NoContent();
    }

    private async Task<Response> SetAsync(Caller caller, AssetName name, Request request, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"data:{name}", ct);
        if (request is { KeepVersions: null, KeepBytes: null })
            throw SlipwayException.Invalid("A rule of retention needs keepVersions, keepBytes, or both.");
        if (request.KeepVersions < 1)
            throw SlipwayException.Invalid($"keepVersions is {request.KeepVersions}; it must be at least 1.");
        if (request.KeepBytes < 1)
            throw SlipwayException.Invalid($"keepBytes is {request.KeepBytes}; it must be at least 1.");
        var rule = new RetentionRule(caller.Workspace, name, request.KeepVersions, request.KeepBytes, time.GetUtcNow(), caller.Principal);
        await rules.SaveAsync(rule, ct);
        await audit.AppendAsync(caller, "data.retention.set", $"data:{name}", detail: null, ct);
        return await ResponseAsync(rule, ct);
    }

    private async Task<Response> ShowAsync(Caller caller, AssetName name, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"data:{name}", ct);
        return await ResponseAsync(
            await rules.FindAsync(caller.Workspace, name, ct) ?? throw SlipwayException.NotFound("Rule of retention of the data asset", name.Value), ct);
    }

    private async Task DeleteAsync(Caller caller, AssetName name, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"data:{name}", ct);
        if (!await rules.DeleteAsync(caller.Workspace, name, ct))
            throw SlipwayException.NotFound("Rule of retention of the data asset", name.Value);
        await audit.AppendAsync(caller, "data.retention.delete", $"data:{name}", detail: null, ct);
    }

    private async Task<Response> ResponseAsync(RetentionRule rule, CancellationToken ct) => new(
        rule.Name.Value,
        rule.KeepVersions,
        rule.KeepBytes,
        [.. (await retention.OverAsync(rule, ct)).Select(version => version.Version)],
        rule.ChangedAt,
        rule.ChangedBy);

    /// <param name="KeepVersions">The newest so many; null: however many there are.</param>
    /// <param name="KeepBytes">The newest that occupy no more than this together; null: whatever they occupy.</param>
    public sealed record Request(long? KeepVersions = null, long? KeepBytes = null);

    /// <param name="Over">The versions that the next collection forgets, newest first.</param>
    public sealed record Response(
        string Name, long? KeepVersions, long? KeepBytes, IReadOnlyList<string> Over, DateTimeOffset ChangedAt, string ChangedBy);
}
