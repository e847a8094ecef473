using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Monitoring.Contracts;
using Slipway.Monitoring.Notifications;
using Slipway.Security.Contracts;

namespace Slipway.Monitoring.Alerts;

/// <summary>
/// GET /api/v1/alerts?monitor=&amp;rule=&amp;status=open|pending|firing|resolved&amp;limit=: newest first; and /alerts/{id} with the messages
/// that told of it.
/// </summary>
internal static class ListAlerts
{
    private const int Most = 1000;
    private static readonly string?[] s_states = [null, "open", Alert.Pending, Alert.Firing, Alert.Resolved];

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/alerts", HandleAsync).WithName("ListAlerts").WithTags("alerts");
        routes.MapGet("/alerts/{id}", ShowAsync).WithName("ShowAlert").WithTags("alerts");
    }

    private static async Task<Ok<Response>> HandleAsync(
        string? monitor, string? rule, string? status, int? limit, Caller caller, IAccess access, AlertStore alerts, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, "alerts", ct);
        if (!s_states.Contains(status))
            throw SlipwayException.Invalid($"status is '{status}'; it is open (all that are not resolved), pending, firing or resolved.");
        var query = new AlertQuery { Monitor = monitor, Rule = rule, Status = status, Limit = Math.Clamp(limit ?? 100, 1, Most) };
        return TypedResults.Ok(new Response([.. (await alerts.ListAsync(caller.Workspace, query, ct)).Select(AlertWire.Of)]));
    }

    private static async Task<Ok<Details>> ShowAsync(
        string id, Caller caller, IAccess access, AlertStore alerts, GroupStore groups, IDeliveries deliveries, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"alert:{id}", ct);
        var alert = await alerts.GetAsync(caller.Workspace, id, ct);
        var messages = await groups.MessagesAsync(id, ct);
        var outcomes = await deliveries.OutcomesAsync(caller, [.. messages.Select(message => message.Delivery)], ct);
        return TypedResults.Ok(new Details(
            AlertWire.Of(alert), [.. messages.Select(message => Message.Of(message, outcomes.GetValueOrDefault(message.Delivery)))]));
    }

    internal sealed record Response(IReadOnlyList<AlertWire> Alerts);

    internal sealed record Details(AlertWire Alert, IReadOnlyList<Message> Messages);

    /// <param name="Status">What it said: "firing" or "resolved".</param>
    /// <param name="State">"waiting", "delivered", "dead"; null: long ago, and forgotten.</param>
    internal sealed record Message(
        string Receiver, string Status, DateTimeOffset SentAt, string Delivery, string? State, int? Attempts, string? Error)
    {
        public static Message Of(AlertMessage row, DeliveryOutcome? outcome) => new(
            row.Receiver, row.Status, row.SentAt.ToTime(), row.Delivery, outcome?.State, outcome?.Attempts, outcome?.Error);
    }
}
