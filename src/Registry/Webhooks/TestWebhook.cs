using Microsoft.AspNetCore.Routing;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Registry.Webhooks;

/// <summary>Sends an example of an event now, once, and tells what the receiver answered.</summary>
internal sealed class TestWebhook(WebhookStore webhooks, IDeliveries deliveries, IAccess access, TimeProvider time) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<TestWebhook>("POST", "webhooks/{webhook_id}/test");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        await access.DemandAsync(call.Caller, Permission.Administer, "webhooks", ct);
        var chosen = call.Fields.Find("event") is null ? null : WebhookEvent.Parse(call.Fields.Nested("event"));
        var webhook = await webhooks.GetAsync(call.Caller.Workspace, call.Route("webhook_id"), ct);
        var happened = chosen ?? webhook.EventList.First();
        var body = WebhookPayload.Body(happened, WebhookPayload.Example(happened), time.GetUtcNow(), call.Caller.Workspace);
        var answer = await deliveries.TryAsync(call.Caller, webhook.Deliver(body), ct);
        await call.AnswerAsync(json =>
        {
            json.WriteStartObject("result");
            json.WriteBoolean("success", answer.Error is null);
            if (answer.Status is { } status)
                json.WriteNumber("response_status", status);
            if (answer.Body is { } text)
                json.WriteString("response_body", text);
            if (answer.Error is { } error && answer.Status is null)
                json.WriteString("error_message", $"Failed to test webhook: {error}");
            json.WriteEndObject();
        }, ct);
    }
}
