using Microsoft.AspNetCore.Routing;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Registry.Webhooks;

/// <summary>What is on its way to the webhook is given up when its secret is gone.</summary>
internal sealed class DeleteWebhook(WebhookStore webhooks, IVault vault, IAccess access, IAuditLog audit) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<DeleteWebhook>("DELETE", "webhooks/{webhook_id}");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        await access.DemandAsync(call.Caller, Permission.Administer, "webhooks", ct);
        var webhook = await webhooks.GetAsync(call.Caller.Workspace, call.Route("webhook_id"), ct);
        await webhooks.DeleteAsync(call.Caller.Workspace, webhook.Id, ct);
        if (webhook.Secret is { } secret)
            await vault.DeleteAsync(call.Caller, secret, ct);
        await audit.AppendAsync(call.Caller, "webhook.delete", webhook.Node, detail: null, ct);
        await call.AnswerAsync(ct);
    }
}
