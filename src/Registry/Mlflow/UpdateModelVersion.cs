using Microsoft.AspNetCore.Routing;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Registry.Mlflow;

internal sealed class UpdateModelVersion(VersionReader reader, ModelWrites writes) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMlflow<UpdateModelVersion>("PATCH", "model-versions/update");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var name = call.Fields.Required("name");
        var number = RegistryFields.Version(call.Fields);
        var description = call.Fields.Text("description") ?? "";
        await writes.RunAsync(call.Caller, name, number, "described", description, async (tx, token) =>
        {
            await VersionChanges.DescribeAsync(tx, call.Caller.Workspace, name, number, description, token);
            return true;
        }, ct);
        var version = await reader.GetAsync(call.Caller, name, number, ct);
        await call.AnswerAsync(json =>
        {
            json.WritePropertyName("model_version");
            json.WriteVersion(version);
        }, ct);
    }
}
