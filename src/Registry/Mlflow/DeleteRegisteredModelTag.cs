using Microsoft.AspNetCore.Routing;
using Slipway.Registry.Webhooks;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Registry.Mlflow;

internal sealed class DeleteRegisteredModelTag(ModelWrites writes, RegistryNews news) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMlflow<DeleteRegisteredModelTag>("DELETE", "registered-models/delete-tag");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var name = call.Fields.Required("name");
        var key = call.Fields.Required("key");
        await writes.RunAsync(call.Caller, name, null, "untagged", key, async (tx, token) =>
        {
            await RegisteredModelStore.SetTagAsync(tx, call.Caller.Workspace, name, key, value: null, token);
            await news.TagAsync(tx, call.Caller, name, null, key, value: null, token);
            return true;
        }, ct);
        await call.AnswerAsync(ct);
    }
}
