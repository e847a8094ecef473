using Microsoft.AspNetCore.Routing;
using Slipway.Registry.Webhooks;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Registry.Mlflow;

internal sealed class DeleteModelVersionTag(ModelWrites writes, RegistryNews news) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMlflow<DeleteModelVersionTag>("DELETE", "model-versions/delete-tag");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var name = call.Fields.Required("name");
        var number = RegistryFields.Version(call.Fields);
        var key = call.Fields.Required("key");
        await writes.RunAsync(call.Caller, name, number, "untagged", key, async (tx, token) =>
        {
            await VersionChanges.SetTagAsync(tx, call.Caller.Workspace, name, number, key, value: null, token);
            await news.TagAsync(tx, call.Caller, name, number, key, value: null, token);
            return true;
        }, ct);
        await call.AnswerAsync(ct);
    }
}
