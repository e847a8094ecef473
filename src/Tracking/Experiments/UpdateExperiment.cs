using Microsoft.AspNetCore.Routing;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.Experiments;

internal sealed class UpdateExperiment(ExperimentStore experiments, IAccess access) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<UpdateExperiment>("POST", "experiments/update");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var id = MlflowNames.ExperimentId(call.Fields.Required("experiment_id"));
        var name = call.Fields.Required("new_name");
        CreateExperiment.DemandName("new_name", name);
        await access.DemandAsync(call.Caller, Permission.Write, $"experiment:{id}", ct);
        await experiments.RenameAsync(call.Caller.Workspace, id, name, ct);
        await call.AnswerAsync(ct);
    }
}
