using Microsoft.AspNetCore.Routing;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.LoggedModels;

internal sealed class LogLoggedModelParams(LoggedModelStore models, IAccess access) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMlflow<LogLoggedModelParams>("POST", "logged-models/{model_id}/params");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var id = call.Route("model_id");
        var parameters = LoggedModelFields.Params(call.Fields);
        await access.DemandAsync(call.Caller, Permission.Write, $"logged-model:{id}", ct);
        await models.AddParamsAsync(call.Caller.Workspace, id, parameters, ct);
        await call.AnswerAsync(ct);
    }
}
