using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Monitoring.Contracts;
using Slipway.Security.Contracts;

namespace Slipway.Monitoring.Alerts;

/// <summary>GET /api/v1/alerts?monitor=&amp;status=open|resolved&amp;limit=: newest first.</summary>
internal static class ListAlerts
{
    private const int Most = 1000;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/alerts", HandleAsync).WithName("ListAlerts").WithTags("monitoring");

    private static async Task<Ok<Response>> HandleAsync(
        string? monitor, string? status, int? limit, Caller caller, IAccess access, AlertStore alerts, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, "alerts", ct);
        if (status is not (null or "open" or "resolved"))
            throw SlipwayException.Invalid($"status is '{status}'; it is open or resolved.");
        var found = await alerts.ListAsync(caller.Workspace, monitor, status, Math.Clamp(limit ?? 100, 1, Most), ct);
        return TypedResults.Ok(new Response([.. found.Select(Item.Of)]));
    }

    public sealed record Response(IReadOnlyList<Item> Alerts);

    public sealed record Item(
        string Id, string Monitor, string Signal, string Status, string Message, string OpenedRun, string LastRun,
        DateTimeOffset OpenedAt, DateTimeOffset UpdatedAt, DateTimeOffset? ResolvedAt)
    {
        internal static Item Of(Alert alert) => new(
            alert.Id, alert.Monitor, alert.Signal, alert.Status, alert.Message, alert.OpenedRun, alert.LastRun,
            alert.OpenedAt, alert.UpdatedAt, alert.ResolvedAt);
    }
}
