using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.Runs;

internal sealed class RestoreRun(RunStore runs, IAccess access, TimeProvider time) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<RestoreRun>("POST", "runs/restore");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var id = call.Fields.Required("run_id");
        MlflowNames.DemandRunId(id);
        await access.DemandAsync(call.Caller, Permission.Write, $"run:{id}", ct);
        await runs.MarkAsync(call.Caller.Workspace, id, deleted: false, time.UtcNow(), ct);
        await call.AnswerAsync(ct);
    }
}
