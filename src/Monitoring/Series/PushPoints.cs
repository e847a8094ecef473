using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Monitoring.Series;

/// <summary>POST /api/v1/series/points: adds points, all or none of them. As with metrics of runs, there is no entry in the audit for each.</summary>
internal sealed class PushPoints(PushedStore pushed, IAccess access, TimeProvider time)
{
    private const int MostPoints = 10_000;
    private const int FirstYear = 1971;
    private const int LastYear = 9998;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/series/points", HandleAsync).WithName("PushPoints").WithTags("anomalies");

    public async Task<int> RunAsync(Caller caller, IReadOnlyList<NewPoint> wanted, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, "series", ct);
        if (wanted.Count is 0 or > MostPoints)
            throw SlipwayException.Invalid($"'points' has {wanted.Count} points; a push has 1 to {MostPoints:N0}.");
        await pushed.AddAsync(caller.Workspace, [.. wanted.Select(Read)], ct);
        return wanted.Count;
    }

    private static async Task<Ok<Response>> HandleAsync(Request request, Caller caller, PushPoints operation, CancellationToken ct) =>
        TypedResults.Ok(new Response(await operation.RunAsync(caller, request.Points, ct)));

    private PushedPoint Read(NewPoint point, int index)
    {
        if (!double.IsFinite(point.Value))
            throw SlipwayException.Invalid($"points[{index}]: {point.Value} is not a finite number.");
        var at = point.At ?? time.GetUtcNow();
        return at.UtcDateTime.Year is >= FirstYear and <= LastYear
            ? new PushedPoint(SeriesKey.Of(point.Name, point.Labels), at.ToUnixTimeMilliseconds(), point.Value)
            : throw SlipwayException.Invalid($"points[{index}]: a point's time lies from {FirstYear} to {LastYear}, and not at {at:O}.");
    }

    internal sealed record Request(IReadOnlyList<NewPoint> Points);

    /// <param name="At">Now, when left out.</param>
    internal sealed record NewPoint(string Name, double Value, DateTimeOffset? At = null, IReadOnlyDictionary<string, string>? Labels = null);

    internal sealed record Response(int Points);
}
