using Microsoft.AspNetCore.Routing;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.LoggedModels;

internal sealed class DeleteLoggedModel(LoggedModelStore models, IAccess access) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<DeleteLoggedModel>("DELETE", "logged-models/{model_id}");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var id = call.Route("model_id");
        await access.DemandAsync(call.Caller, Permission.Write, $"logged-model:{id}", ct);
        await models.DeleteAsync(call.Caller.Workspace, id, ct);
        await call.AnswerAsync(ct);
    }
}
