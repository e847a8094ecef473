using Microsoft.AspNetCore.Routing;
using Slipway.Registry.Contracts;
using Slipway.Registry.Versions;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Registry.Mlflow;

internal sealed class SetModelAlias(IModelRegistry registry, VersionReader reader) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMlflow<SetModelAlias>("POST", "registered-models/alias");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var name = call.Fields.Required("name");
        var alias = call.Fields.Required("alias");
        var number = RegistryFields.Version(call.Fields);
        ModelRegistry.CheckAlias(alias);
        await reader.GetAsync(call.Caller, name, number, ct);
        await registry.SetAliasAsync(call.Caller, name, alias, number, $"set by {call.Caller.Principal}", ct);
        await call.AnswerAsync(ct);
    }
}
