using Microsoft.AspNetCore.Routing;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.LoggedModels;

/// <summary>The upload of a model's files succeeded or failed.</summary>
internal sealed class FinalizeLoggedModel(LoggedModelStore models, IAccess access) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<FinalizeLoggedModel>("PATCH", "logged-models/{model_id}");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var id = call.Route("model_id");
        var status = call.Fields.Enum("status", LoggedModel.Statuses) ?? throw MlflowFields.Missing("status");
        await access.DemandAsync(call.Caller, Permission.Write, $"logged-model:{id}", ct);
        await models.SetStatusAsync(call.Caller.Workspace, id, status, ct);
        var model = await models.GetAsync(call.Caller.Workspace, id, ct);
        await call.AnswerAsync(json =>
        {
            json.WritePropertyName("model");
            model.Write(json);
        }, ct);
    }
}
