using Microsoft.AspNetCore.Routing;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.Runs;

internal sealed class DeleteRunTag(RunStore runs, IAccess access) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<DeleteRunTag>("POST", "runs/delete-tag");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var id = call.Fields.Required("run_id");
        var key = call.Fields.Required("key");
        MlflowNames.DemandRunId(id);
        await access.DemandAsync(call.Caller, Permission.Write, $"run:{id}", ct);
        await runs.DeleteTagAsync(call.Caller, id, key, ct);
        await call.AnswerAsync(ct);
    }
}
