using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.Experiments;

internal sealed class GetExperimentByName(ExperimentStore experiments, IAccess access) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMlflow<GetExperimentByName>("GET", "experiments/get-by-name");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var name = call.Fields.Required("experiment_name");
        await access.DemandAsync(call.Caller, Permission.Read, $"experiment:{name}", ct);
        await experiments.EnsureDefaultAsync(call.Caller.Workspace, ct);
        var experiment = await experiments.FindByNameAsync(call.Caller.Workspace, name, ct)
            ?? throw new SlipwayException(ErrorCode.NotFound, $"Could not find experiment with name '{name}'.");
        await call.AnswerAsync(json =>
        {
            json.WritePropertyName("experiment");
            experiment.Write(json);
        }, ct);
    }
}
