using Microsoft.AspNetCore.Routing;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.Experiments;

internal sealed class SetExperimentTag(ExperimentStore experiments, IAccess access) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMlflow<SetExperimentTag>("POST", "experiments/set-experiment-tag");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var id = MlflowNames.ExperimentId(call.Fields.Required("experiment_id"));
        var key = call.Fields.Required("key");
        var value = MlflowNames.Limited("value", call.Fields.Text("value") ?? "", CreateExperiment.LongestTag);
        MlflowNames.DemandKey("tag", "key", key);
        await access.DemandAsync(call.Caller, Permission.Write, $"experiment:{id}", ct);
        await experiments.EnsureDefaultAsync(call.Caller.Workspace, ct);
        await experiments.SetTagAsync(call.Caller.Workspace, id, key, value, ct);
        await call.AnswerAsync(ct);
    }
}
