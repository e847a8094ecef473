using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.Metrics;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Api;

/// <summary>
/// GET /api/v1/runs/{id}/metrics/{key}: the series of a metric in the order of time, thinned out for a chart without
/// losing a minimum, a maximum or a NaN.
/// </summary>
internal sealed class ShowSeries(RunStore runs, MetricStore metrics, MetricKeys keys, IAccess access)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/runs/{id}/metrics/{**key}", HandleAsync).WithName("ShowSeries").WithTags("tracking");

    private static async Task<Ok<Response>> HandleAsync(
        Caller caller, string id, string key, ShowSeries operation, CancellationToken ct, int maxPoints = 2000) =>
        TypedResults.Ok(await operation.RunAsync(caller, id, key, maxPoints, ct));

    public async Task<Response> RunAsync(Caller caller, string id, string key, int maxPoints, CancellationToken ct)
    {
        if (maxPoints is < SeriesThinning.KeptPerStretch or > 100_000)
            throw SlipwayException.Invalid($"maxPoints is {maxPoints}; it must be from {SeriesThinning.KeptPerStretch} to 100000.");
        MlflowNames.DemandRunId(id);
        await access.DemandAsync(caller, Permission.Read, $"run:{id}", ct);
        var run = await runs.FindAsync(caller.Workspace, id, ct) ?? throw SlipwayException.NotFound("Run", id);
        if (await keys.FindAsync(key, ct) is not { } number)
            return new Response(key, 0, []);

        var total = await metrics.CountAsync(run.No, number, ct);
        var thinning = new SeriesThinning(total, maxPoints);
        await foreach (var point in metrics.ReadAsync(run.No, number, null, long.MaxValue, ct))
            thinning.Add(point);
        return new Response(key, total, [.. thinning.Finish().Select(point => new Point(point.Step, point.Time.ToTime(), point.Shown))]);
    }

    /// <param name="Total">The number of points that were logged.</param>
    internal sealed record Response(
        [property: JsonPropertyName("key")] string Key,
        [property: JsonPropertyName("total")] long Total,
        [property: JsonPropertyName("points")] IReadOnlyList<Point> Points);

    internal sealed record Point(
        [property: JsonPropertyName("step")] long Step,
        [property: JsonPropertyName("time")] DateTimeOffset Time,
        [property: JsonPropertyName("value")]
        [property: JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)] double Value);
}
