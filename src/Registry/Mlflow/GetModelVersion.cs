using Microsoft.AspNetCore.Routing;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Registry.Mlflow;

internal sealed class GetModelVersion(VersionReader reader) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMlflow<GetModelVersion>("GET", "model-versions/get");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var name = call.Fields.Required("name");
        var number = RegistryFields.Version(call.Fields);
        var version = await reader.GetAsync(call.Caller, name, number, ct);
        await call.AnswerAsync(json =>
        {
            json.WritePropertyName("model_version");
            json.WriteVersion(version);
        }, ct);
    }
}
