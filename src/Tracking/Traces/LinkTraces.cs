using System.Data;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Traces;

/// <summary>Says that traces belong to a run; one that has not arrived yet belongs to it when it does.</summary>
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
        foreach (var id in ids)
            StartTrace.DemandId(id);
        MlflowNames.DemandRunId(runId);
        await access.DemandAsync(call.Caller, Permission.Write, $"run:{runId}", ct);
        await database.WriteAsync(IsolationLevel.ReadCommitted, async (tx, token) =>
        {
            await RunStore.GetAsync(tx, call.Caller.Workspace, runId, token);
            foreach (var id in ids.Order(StringComparer.Ordinal))
            {
                await tx.ExecuteAsync(
                    "insert into trace_runs (workspace, trace_id, run_id) values (@Workspace, @Trace, @Run) on conflict do nothing",
                    new { Workspace = call.Caller.Workspace.Value, Trace = id, Run = runId },
                    token);
            }
        }, ct);
        await call.AnswerAsync(ct);
    }
}
