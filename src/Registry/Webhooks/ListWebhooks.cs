using Microsoft.AspNetCore.Routing;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Registry.Webhooks;

internal sealed class ListWebhooks(WebhookStore webhooks, IAccess access) : IMlflowOperation
{
    private const int UsualResults = 100, MostResults = 1000;
    private const string Scope = "webhooks";

    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<ListWebhooks>("GET", "webhooks");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var limit = PageSize.Of(call.Fields, UsualResults, MostResults);
        var offset = PageToken.Decode(call.Fields.Text("page_token"), Scope);
        await access.DemandAsync(call.Caller, Permission.Administer, "webhooks", ct);
        var page = await webhooks.ListAsync(call.Caller.Workspace, offset, limit + 1, ct);
        await call.AnswerAsync(json =>
        {
            if (page.Count > 0)
            {
                json.WriteStartArray("webhooks");
                foreach (var webhook in page.Take(limit))
                    webhook.Write(json);
                json.WriteEndArray();
            }

            if (page.Count > limit)
                json.WriteString("next_page_token", PageToken.Encode(offset + limit, Scope));
        }, ct);
    }
}
