using Microsoft.AspNetCore.Routing;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.Experiments;

internal sealed class DeleteExperiment(ExperimentStore experiments, IAccess access) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<DeleteExperiment>("POST", "experiments/delete");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var id = MlflowNames.ExperimentId(call.Fields.Required("experiment_id"));
        await access.DemandAsync(call.Caller, Permission.Write, $"experiment:{id}", ct);
        await experiments.EnsureDefaultAsync(call.Caller.Workspace, ct);
        await experiments.MarkAsync(call.Caller, id, deleted: true, ct);
        await call.AnswerAsync(ct);
    }
}
