using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Security.Deliveries;

/// <summary>GET /api/v1/deliveries: what was sent to others, newest first; dead ones when no state is named.</summary>
internal sealed class ListDeliveries(DeliveryStore deliveries, IAccess access)
{
    private static readonly string[] s_states = [DeliveryState.Dead, DeliveryState.Waiting, DeliveryState.Delivered];

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/deliveries", HandleAsync).WithName("ListDeliveries").WithTags("deliveries");

    private static async Task<Ok<Response>> HandleAsync(
        Caller caller, ListDeliveries operation, CancellationToken ct,
        string state = DeliveryState.Dead, string? before = null, int limit = 100) =>
        TypedResults.Ok(await operation.RunAsync(caller, state, before, limit, ct));

    private async Task<Response> RunAsync(Caller caller, string state, string? before, int limit, CancellationToken ct)
    {
        if (limit is < 1 or > 1000)
            throw SlipwayException.Invalid($"limit is {limit}; it must be from 1 to 1000.");
        if (!s_states.Contains(state))
            throw SlipwayException.Invalid($"state is '{state}'; it must be one of {string.Join(", ", s_states)}.");
        await access.DemandAsync(caller, Permission.Administer, "deliveries", ct);

        var rows = await deliveries.ListAsync(caller.Workspace, state, before, limit, ct);
        return new Response([.. rows.Select(Line.Of)], rows.Count == limit ? rows[^1].Id : null);
    }

    public sealed record Response(IReadOnlyList<Line> Deliveries, string? NextBefore);

    public sealed record Line(
        string Id, string Subject, string Url, string State, int Attempts, int? Status, string? Error, DateTimeOffset Created,
        DateTimeOffset? Finished)
    {
        internal static Line Of(Delivery row) => new(
            row.Id, row.Subject, row.Url, row.State, row.Attempts, row.Status, row.Error, row.CreatedAt.ToTime(),
            row.FinishedAt?.ToTime());
    }
}
