using Microsoft.AspNetCore.Routing;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.Experiments;

internal sealed class GetExperiment(ExperimentStore experiments, IAccess access) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<GetExperiment>("GET", "experiments/get");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var id = MlflowNames.ExperimentId(call.Fields.Required("experiment_id"));
        await access.DemandAsync(call.Caller, Permission.Read, $"experiment:{id}", ct);
        var experiment = await experiments.GetAsync(call.Caller.Workspace, id, ct);
        await call.AnswerAsync(json =>
        {
            json.WritePropertyName("experiment");
            experiment.Write(json);
        }, ct);
    }
}
