using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Registry.Versions;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Registry.Mlflow;

internal sealed class GetVersionByAlias(RegisteredModelStore models, ModelStore versions, IAccess access) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMlflow<GetVersionByAlias>("GET", "registered-models/alias");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var name = call.Fields.Required("name");
        var alias = call.Fields.Required("alias");
        await access.DemandAsync(call.Caller, Permission.Read, $"model:{name}", ct);
        await models.DemandAsync(call.Caller.Workspace, name, ct);
        var version = await versions.FindAsync(call.Caller.Workspace, new ModelReference(name, null, alias), ct)
            ?? throw SlipwayException.Invalid($"Registered model alias {alias} not found.");
        await call.AnswerAsync(json =>
        {
            json.WritePropertyName("model_version");
            json.WriteVersion(version);
        }, ct);
    }
}
