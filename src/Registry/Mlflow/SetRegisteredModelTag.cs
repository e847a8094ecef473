using Microsoft.AspNetCore.Routing;
using Slipway.Registry.Webhooks;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Registry.Mlflow;

internal sealed class SetRegisteredModelTag(ModelWrites writes, RegistryNews news) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMlflow<SetRegisteredModelTag>("POST", "registered-models/set-tag");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var name = call.Fields.Required("name");
        var key = RegistryFields.TagKey(call.Fields);
        var value = RegistryFields.TagValue(call.Fields);
        await writes.RunAsync(call.Caller, name, null, "tagged", key, async (tx, token) =>
        {
            await RegisteredModelStore.SetTagAsync(tx, call.Caller.Workspace, name, key, value, token);
            await news.TagAsync(tx, call.Caller, name, null, key, value, token);
            return true;
        }, ct);
        await call.AnswerAsync(ct);
    }
}
