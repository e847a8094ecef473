using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Monitoring.Series;

/// <summary>/api/v1/series: list series, read their points, delete.</summary>
internal static class SeriesRoutes
{
    private const int Most = 10_000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/series", ListAsync).WithName("ListSeries").WithTags("anomalies");
        routes.MapGet("/series/points", ReadAsync).WithName("ListSeriesPoints").WithTags("anomalies");
        routes.MapDelete("/series", DeleteAsync).WithName("DeleteSeries").WithTags("anomalies");
    }

    private static async Task<Ok<Listing>> ListAsync(string? name, Caller caller, IAccess access, PushedStore pushed, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, "series", ct);
        var found = await pushed.ListAsync(caller.Workspace, name, ct);
        return TypedResults.Ok(new Listing([.. found.Select(series => new Item(series.Name, series.ReadLabels(), series.CreatedAt.ToTime()))]));
    }

    private static async Task<Ok<Points>> ReadAsync(
        string name, DateTimeOffset? from, DateTimeOffset? to, int? limit, Caller caller, IAccess access, PushedStore pushed, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"series:{name}", ct);
        var most = Math.Clamp(limit ?? 1000, 1, Most);
        var items = new List<PointItem>();
        foreach (var series in await pushed.ListAsync(caller.Workspace, name, ct))
        {
            var points = await pushed.PointsAsync(
                series.Id, from?.ToUnixTimeMilliseconds() ?? long.MinValue, to?.ToUnixTimeMilliseconds() ?? long.MaxValue, most, ct);
            items.AddRange(points.Select(point => new PointItem(series.Name, series.ReadLabels(), point.At.ToTime(), point.Value)));
        }

        return TypedResults.Ok(new Points([.. items.OrderByDescending(point => point.At).Take(most)]));
    }

    private static async Task<NoContent> DeleteAsync(
        string name, Caller caller, IAccess access, IAuditLog audit, PushedStore pushed, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"series:{name}", ct);
        if (await pushed.DeleteAsync(caller.Workspace, name, ct) == 0)
            throw SlipwayException.NotFound("Series", name);
        await audit.AppendAsync(caller, "series.delete", $"series:{name}", null, ct);
        return TypedResults.NoContent();
    }

    internal sealed record Listing(IReadOnlyList<Item> Series);

    internal sealed record Item(string Name, IReadOnlyDictionary<string, string> Labels, DateTimeOffset CreatedAt);

    /// <param name="Items">Newest first.</param>
    internal sealed record Points(IReadOnlyList<PointItem> Items);

    internal sealed record PointItem(string Name, IReadOnlyDictionary<string, string> Labels, DateTimeOffset At, double Value);
}
