using Microsoft.AspNetCore.Routing;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.Experiments;

internal sealed class DeleteExperimentTag(ExperimentStore experiments, IAccess access) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMlflow<DeleteExperimentTag>("POST", "experiments/delete-experiment-tag");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var id = MlflowNames.ExperimentId(call.Fields.Required("experiment_id"));
        var key = call.Fields.Required("key");
        await access.DemandAsync(call.Caller, Permission.Write, $"experiment:{id}", ct);
        await experiments.DeleteTagAsync(call.Caller.Workspace, id, key, ct);
        await call.AnswerAsync(ct);
    }
}
