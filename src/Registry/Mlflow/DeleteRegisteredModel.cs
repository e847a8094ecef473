using Microsoft.AspNetCore.Routing;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Registry.Mlflow;

internal sealed class DeleteRegisteredModel(ModelWrites writes) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMlflow<DeleteRegisteredModel>("DELETE", "registered-models/delete");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var name = call.Fields.Required("name");
        await writes.RunAsync(call.Caller, name, null, "deleted", "deleted with its versions, tags and aliases", async (tx, token) =>
        {
            await RegisteredModelStore.DeleteAsync(tx, call.Caller.Workspace, name, token);
            return true;
        }, ct);
        await call.AnswerAsync(ct);
    }
}
