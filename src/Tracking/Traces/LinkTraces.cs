using System.Data;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Traces;

/// <summary>Says that traces belong to a run.</summary>
internal sealed class LinkTraces(Database database, IAccess access) : IMlflowOperation
{
    private const int MostTraces = 100;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<LinkTraces>("POST", "/2.0/mlflow/traces/link-to-run");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var runId = call.Fields.Required("run_id");
        var ids = call.Fields.Texts("trace_ids");
        if (ids.Count == 0)
            throw MlflowFields.Missing("trace_ids");
        if (ids.Count > MostTraces)
            throw SlipwayException.Invalid($"Cannot link more than {MostTraces} traces to a run in one request; {ids.Count} were given.");
        MlflowNames.DemandRunId(runId);
        await access.DemandAsync(call.Caller, Permission.Write, $"run:{runId}", ct);
        await database.WriteAsync(IsolationLevel.ReadCommitted, async (tx, token) =>
        {
            await RunStore.GetAsync(tx, call.Caller.Workspace, runId, token);
            foreach (var id in ids.Order(StringComparer.Ordinal))
            {
                var trace = await TraceStore.GetAsync(tx, call.Caller.Workspace, id, token);
                await tx.ExecuteAsync(
                    "insert into run_traces (run_id, trace_no) values (@Run, @No) on conflict do nothing",
                    new { Run = runId, trace.No },
                    token);
            }
        }, ct);
        await call.AnswerAsync(ct);
    }
}
