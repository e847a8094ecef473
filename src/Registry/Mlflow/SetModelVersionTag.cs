using Microsoft.AspNetCore.Routing;
using Slipway.Registry.Webhooks;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Registry.Mlflow;

internal sealed class SetModelVersionTag(ModelWrites writes, RegistryNews news) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMlflow<SetModelVersionTag>("POST", "model-versions/set-tag");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var name = call.Fields.Required("name");
        var number = RegistryFields.Version(call.Fields);
        var key = RegistryFields.TagKey(call.Fields);
        var value = RegistryFields.TagValue(call.Fields);
        await writes.RunAsync(call.Caller, name, number, "tagged", key, async (tx, token) =>
        {
            await VersionChanges.SetTagAsync(tx, call.Caller.Workspace, name, number, key, value, token);
            await news.TagAsync(tx, call.Caller, name, number, key, value, token);
            return true;
        }, ct);
        await call.AnswerAsync(ct);
    }
}
