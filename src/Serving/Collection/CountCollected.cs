using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Serving.Contracts;

namespace Slipway.Serving.Collection;

/// <summary>GET /api/v1/online-endpoints/{endpoint}/collected: how much was kept of the answers of a window, and how much was left out.</summary>
internal static class CountCollected
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/online-endpoints/{endpoint}/collected", HandleAsync).WithName("CountCollected").WithTags("online-endpoints");

    private static async Task<Ok<Response>> HandleAsync(
        string endpoint, Caller caller, ICollectedData collected, CancellationToken ct, DateTimeOffset? from = null, DateTimeOffset? to = null)
    {
        var window = new TimeWindow(from ?? DateTimeOffset.UnixEpoch, to ?? new DateTimeOffset(9999, 1, 1, 0, 0, 0, TimeSpan.Zero));
        if (window.From >= window.To)
            throw SlipwayException.Invalid($"The window ends ({window.To:O}) before it begins ({window.From:O}).");
        return TypedResults.Ok(new Response(await collected.CountAsync(caller, endpoint, window, ct)));
    }

    public sealed record Response(IReadOnlyList<CollectedCounts> Deployments);
}
