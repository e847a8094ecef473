using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Registry.Versions;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Registry.Mlflow;

internal sealed class GetLatestVersions(RegisteredModelStore models, ModelStore versions, Database database, IAccess access) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMlflow<GetLatestVersions>("POST", "registered-models/get-latest-versions");
        routes.MapMlflow<GetLatestVersions>("GET", "registered-models/get-latest-versions");
    }

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var name = call.Fields.Required("name");
        string[] stages = [.. call.Fields.Texts("stages").Select(RegistryFields.Stage)];
        await access.DemandAsync(call.Caller, Permission.Read, $"model:{name}", ct);
        await models.DemandAsync(call.Caller.Workspace, name, ct);
        var among = stages.Length == 0 ? "" : $"and {database.Dialect.AnyOf("v.stage", "@Stages")}";
        var latest = await versions.SearchAsync(
            call.Caller.Workspace,
            $"and v.model = @Model and {RegisteredModelStore.Newest} {among} order by v.number",
            new { Workspace = call.Caller.Workspace.Value, Model = name, Stages = stages },
            ct);
        await call.AnswerAsync(json => json.WriteVersions("model_versions", latest), ct);
    }
}
