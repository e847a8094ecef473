using Microsoft.AspNetCore.Routing;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.Runs;

internal sealed class DeleteRun(RunStore runs, IAccess access) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<DeleteRun>("POST", "runs/delete");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var id = call.Fields.Required("run_id");
        MlflowNames.DemandRunId(id);
        await access.DemandAsync(call.Caller, Permission.Write, $"run:{id}", ct);
        await runs.MarkAsync(call.Caller, id, deleted: true, ct);
        await call.AnswerAsync(ct);
    }
}
