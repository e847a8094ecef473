using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Registry.Webhooks;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Registry.Mlflow;

internal sealed class CreateRegisteredModel(
    RegisteredModelStore models,
    Database database,
    IAccess access,
    IAuditLog audit,
    IModelHistory history,
    RegistryNews news,
    TimeProvider time) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMlflow<CreateRegisteredModel>("POST", "registered-models/create");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var name = RegistryFields.NewName(call.Fields, "name");
        var description = call.Fields.Text("description") ?? "";
        var tags = RegistryFields.Tags(call.Fields);
        await access.DemandAsync(call.Caller, Permission.Write, $"model:{name}", ct);
        await database.WriteAsync(
            async (tx, token) =>
            {
                if (!await RegisteredModelStore.AddAsync(tx, call.Caller, name, description, tags, time.UtcNow(), token))
                    throw RegisteredModelStore.Taken(name);
                await history.AppendAsync(tx, call.Caller, name, null, "created", description.Length > 0 ? description : "created", detail: null, token);
                await news.ModelCreatedAsync(tx, call.Caller, name, tags, description, token);
            },
            ct);
        await audit.AppendAsync(call.Caller, "model.create", $"model:{name}", detail: null, ct);
        var model = await models.GetAsync(call.Caller.Workspace, name, ct);
        await call.AnswerAsync(json =>
        {
            json.WritePropertyName("registered_model");
            json.WriteModel(model);
        }, ct);
    }
}
