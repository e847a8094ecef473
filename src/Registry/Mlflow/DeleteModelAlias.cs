using Microsoft.AspNetCore.Routing;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Registry.Mlflow;

internal sealed class DeleteModelAlias(ModelWrites writes) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMlflow<DeleteModelAlias>("DELETE", "registered-models/alias");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var name = call.Fields.Required("name");
        var alias = call.Fields.Required("alias");
        await writes.RunAsync(
            call.Caller, name, null, "alias", $"{alias}: deleted",
            (tx, token) => VersionChanges.DeleteAliasAsync(tx, call.Caller.Workspace, name, alias, token), ct);
        await call.AnswerAsync(ct);
    }
}
