using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.Runs;

internal sealed class GetRun(RunStore runs, RunReader reader, IAccess access) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<GetRun>("GET", "runs/get");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var id = call.Fields.Required("run_id", "run_uuid");
        var run = await RunAsync(call.Caller, id, ct) ?? throw RunStore.Unknown(id);
        await call.AnswerAsync(json =>
        {
            json.WritePropertyName("run");
            run.Write(json);
        }, ct);
    }

    public async Task<RunRecord?> RunAsync(Caller caller, string id, CancellationToken ct)
    {
        MlflowNames.DemandRunId(id);
        await access.DemandAsync(caller, Permission.Read, $"run:{id}", ct);
        return await runs.FindAsync(caller.Workspace, id, ct) is { } row ? await reader.ReadAsync(row, ct) : null;
    }
}
