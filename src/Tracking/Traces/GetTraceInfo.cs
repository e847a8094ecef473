using Microsoft.AspNetCore.Routing;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.Traces;

/// <summary>A trace without its spans.</summary>
internal sealed class GetTraceInfo(TraceStore traces, IAccess access) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<GetTraceInfo>("GET", "/3.0/mlflow/traces/{trace_id}");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var id = call.Route("trace_id");
        await access.DemandAsync(call.Caller, Permission.Read, $"trace:{id}", ct);
        var trace = await traces.FindAsync(call.Caller.Workspace, id, ct) ?? throw TraceStore.Unknown(id);
        await call.AnswerAsync(json =>
        {
            json.WriteStartObject("trace");
            json.WritePropertyName("trace_info");
            trace.WriteInfo(json);
            json.WriteEndObject();
        }, ct);
    }
}

/// <summary>Traces without their spans; ids that do not exist are left out.</summary>
internal sealed class GetTraceInfos(TraceStore traces, IAccess access) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMlflow<GetTraceInfos>("POST", "/3.0/mlflow/traces/batchGetInfos");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var ids = call.Fields.Texts("trace_ids");
        if (ids.Count == 0)
            throw MlflowFields.Missing("trace_ids");
        await access.DemandAsync(call.Caller, Permission.Read, "trace:*", ct);
        var found = await traces.FindAsync(call.Caller.Workspace, ids, ct);
        await call.AnswerAsync(json =>
        {
            if (found.Count == 0)
                return;
            json.WriteStartArray("trace_infos");
            foreach (var trace in found)
                trace.WriteInfo(json);
            json.WriteEndArray();
        }, ct);
    }
}
