using Microsoft.AspNetCore.Routing;
using Slipway.Registry.Webhooks;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Registry.Mlflow;

internal sealed class DeleteModelAlias(ModelWrites writes, RegistryNews news) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMlflow<DeleteModelAlias>("DELETE", "registered-models/alias");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var name = call.Fields.Required("name");
        var alias = call.Fields.Required("alias");
        await writes.RunAsync(call.Caller, name, null, "alias", $"{alias}: deleted", async (tx, token) =>
        {
            if (!await VersionChanges.DeleteAliasAsync(tx, call.Caller.Workspace, name, alias, token))
                return false;
            await news.AliasAsync(tx, call.Caller, name, alias, number: null, token);
            return true;
        }, ct);
        await call.AnswerAsync(ct);
    }
}
