using Microsoft.AspNetCore.Routing;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Registry.Mlflow;

internal sealed class DeleteModelVersion(ModelWrites writes) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMlflow<DeleteModelVersion>("DELETE", "model-versions/delete");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var name = call.Fields.Required("name");
        var number = RegistryFields.Version(call.Fields);
        await writes.RunAsync(call.Caller, name, number, "deleted", "deleted with its tags and aliases", async (tx, token) =>
        {
            await VersionChanges.DeleteAsync(tx, call.Caller.Workspace, name, number, token);
            return true;
        }, ct);
        await call.AnswerAsync(ct);
    }
}
