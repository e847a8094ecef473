using Microsoft.AspNetCore.Routing;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.LoggedModels;

internal sealed class DeleteLoggedModelTag(LoggedModelStore models, IAccess access) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMlflow<DeleteLoggedModelTag>("DELETE", "logged-models/{model_id}/tags/{**tag_key}");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var id = call.Route("model_id");
        await access.DemandAsync(call.Caller, Permission.Write, $"logged-model:{id}", ct);
        await models.DeleteTagAsync(call.Caller.Workspace, id, call.Route("tag_key"), ct);
        await call.AnswerAsync(ct);
    }
}
