using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Registry.Webhooks;

internal sealed class CreateWebhook(
    WebhookStore webhooks, IDeliveries deliveries, IVault vault, IAccess access, IAuditLog audit, TimeProvider time)
    : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<CreateWebhook>("POST", "webhooks");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var fields = call.Fields;
        var id = Ids.New(time);
        var secret = WebhookFields.Secret(fields);
        var webhook = new Webhook
        {
            Id = id,
            Name = WebhookFields.Name(fields) ?? throw MlflowFields.Missing("name"),
            Description = WebhookFields.Description(fields),
            Url = WebhookFields.Url(fields) ?? throw MlflowFields.Missing("url"),
            Events = WebhookFields.Events(fields) ?? throw MlflowFields.Missing("events"),
            Active = WebhookFields.Active(fields) ?? true,
            Signed = secret is not null,
            CreatedAt = time.UtcNow(),
            UpdatedAt = time.UtcNow(),
        };

        // Whoever makes one sends the registry's news elsewhere.
        await access.DemandAsync(call.Caller, Permission.Administer, webhook.Node, ct);
        await deliveries.CheckUrlAsync(webhook.Url, ct);
        if (secret is not null)
            await vault.SetAsync(call.Caller, Webhook.SecretOf(id), secret, ct);
        await webhooks.AddAsync(call.Caller.Workspace, webhook, ct);
        await audit.AppendAsync(call.Caller, "webhook.create", webhook.Node, detail: null, ct);
        await call.AnswerAsync(json =>
        {
            json.WritePropertyName("webhook");
            webhook.Write(json);
        }, ct);
    }
}
