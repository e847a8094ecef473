using Microsoft.AspNetCore.Routing;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Registry.Webhooks;

internal sealed class GetWebhook(WebhookStore webhooks, IAccess access) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<GetWebhook>("GET", "webhooks/{webhook_id}");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        await access.DemandAsync(call.Caller, Permission.Administer, "webhooks", ct);
        var webhook = await webhooks.GetAsync(call.Caller.Workspace, call.Route("webhook_id"), ct);
        await call.AnswerAsync(json =>
        {
            json.WritePropertyName("webhook");
            webhook.Write(json);
        }, ct);
    }
}
