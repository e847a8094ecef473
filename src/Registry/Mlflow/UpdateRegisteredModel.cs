using Microsoft.AspNetCore.Routing;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Registry.Mlflow;

internal sealed class UpdateRegisteredModel(RegisteredModelStore models, ModelWrites writes) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMlflow<UpdateRegisteredModel>("PATCH", "registered-models/update");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var name = call.Fields.Required("name");
        var description = call.Fields.Text("description") ?? "";
        await writes.RunAsync(call.Caller, name, null, "described", description, async (tx, token) =>
        {
            await RegisteredModelStore.DescribeAsync(tx, call.Caller.Workspace, name, description, token);
            return true;
        }, ct);
        var model = await models.GetAsync(call.Caller.Workspace, name, ct);
        await call.AnswerAsync(json =>
        {
            json.WritePropertyName("registered_model");
            json.WriteModel(model);
        }, ct);
    }
}
