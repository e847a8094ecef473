using Microsoft.AspNetCore.Routing;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Registry.Mlflow;

internal sealed class GetRegisteredModel(RegisteredModelStore models, IAccess access) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMlflow<GetRegisteredModel>("GET", "registered-models/get");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var name = call.Fields.Required("name");
        await access.DemandAsync(call.Caller, Permission.Read, $"model:{name}", ct);
        var model = await models.GetAsync(call.Caller.Workspace, name, ct);
        await call.AnswerAsync(json =>
        {
            json.WritePropertyName("registered_model");
            json.WriteModel(model);
        }, ct);
    }
}
