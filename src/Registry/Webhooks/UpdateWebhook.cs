using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Registry.Webhooks;

/// <summary>Only what is given and not empty changes; events replace the old ones.</summary>
internal sealed class UpdateWebhook(
    WebhookStore webhooks, IDeliveries deliveries, IVault vault, IAccess access, IAuditLog audit, TimeProvider time)
    : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<UpdateWebhook>("PATCH", "webhooks/{webhook_id}");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var fields = call.Fields;
        await access.DemandAsync(call.Caller, Permission.Administer, "webhooks", ct);
        var old = await webhooks.GetAsync(call.Caller.Workspace, call.Route("webhook_id"), ct);
        var secret = WebhookFields.Secret(fields);
        var webhook = old with
        {
            Name = WebhookFields.Name(fields) ?? old.Name,
            Description = WebhookFields.Description(fields) ?? old.Description,
            Url = WebhookFields.Url(fields) ?? old.Url,
            Events = WebhookFields.Events(fields) ?? old.Events,
            Active = WebhookFields.Active(fields) ?? old.Active,
            Signed = old.Signed || secret is not null,

            // Clients compare these: a change in the same millisecond is a change.
            UpdatedAt = Math.Max(time.UtcNow(), old.UpdatedAt + 1),
        };
        if (webhook.Url != old.Url)
            await deliveries.CheckUrlAsync(webhook.Url, ct);
        if (secret is not null)
            await vault.SetAsync(call.Caller, Webhook.SecretOf(webhook.Id), secret, ct);
        await webhooks.UpdateAsync(call.Caller.Workspace, webhook, ct);
        await audit.AppendAsync(call.Caller, "webhook.update", webhook.Node, detail: null, ct);
        await call.AnswerAsync(json =>
        {
            json.WritePropertyName("webhook");
            webhook.Write(json);
        }, ct);
    }
}
