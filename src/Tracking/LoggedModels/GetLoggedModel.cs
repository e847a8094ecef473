using Microsoft.AspNetCore.Routing;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.LoggedModels;

internal sealed class GetLoggedModel(LoggedModelStore models, IAccess access) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<GetLoggedModel>("GET", "logged-models/{model_id}");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var id = call.Route("model_id");
        await access.DemandAsync(call.Caller, Permission.Read, $"logged-model:{id}", ct);
        var model = await models.FindAsync(call.Caller.Workspace, id, call.Fields.Bool("allow_deleted") ?? false, ct)
            ?? throw LoggedModelStore.Unknown(id);
        await call.AnswerAsync(json =>
        {
            json.WritePropertyName("model");
            model.Write(json);
        }, ct);
    }
}
