using Microsoft.AspNetCore.Routing;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Traces;

internal sealed class SetTraceTag(TraceStore traces, IAccess access) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMlflow<SetTraceTag>("PATCH", "/3.0/mlflow/traces/{trace_id}/tags");
        routes.MapMlflow<SetTraceTag>("PATCH", "/2.0/mlflow/traces/{trace_id}/tags");
    }

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var id = call.Route("trace_id");
        var tag = RunTags.Tag(call.Fields.Required("key"), call.Fields.Text("value") ?? "");
        await access.DemandAsync(call.Caller, Permission.Write, $"trace:{id}", ct);
        await traces.SetTagAsync(call.Caller.Workspace, id, tag.Key, tag.Value, ct);
        await call.AnswerAsync(ct);
    }
}

internal sealed class DeleteTraceTag(TraceStore traces, IAccess access) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMlflow<DeleteTraceTag>("DELETE", "/3.0/mlflow/traces/{trace_id}/tags");
        routes.MapMlflow<DeleteTraceTag>("DELETE", "/2.0/mlflow/traces/{trace_id}/tags");
    }

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var id = call.Route("trace_id");
        var key = call.Fields.Required("key");
        await access.DemandAsync(call.Caller, Permission.Write, $"trace:{id}", ct);
        await traces.DeleteTagAsync(call.Caller.Workspace, id, key, ct);
        await call.AnswerAsync(ct);
    }
}
