using Microsoft.AspNetCore.Routing;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.Inputs;

internal sealed class LogOutputs(InputStore inputs, IAccess access) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<LogOutputs>("POST", "runs/outputs");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var runId = call.Fields.Required("run_id");
        MlflowNames.DemandRunId(runId);
        var models = call.Fields.Objects("models")
            .Select(model => new ModelOutput { ModelId = model.Required("model_id"), Step = model.WholeNumber("step") ?? 0 })
            .ToList();
        if (models.Count == 0)
            throw MlflowFields.Missing("models");
        await access.DemandAsync(call.Caller, Permission.Write, $"run:{runId}", ct);
        await inputs.AddOutputsAsync(call.Caller.Workspace, runId, models, ct);
        await call.AnswerAsync(ct);
    }
}
