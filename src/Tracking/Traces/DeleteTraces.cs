using System.Data;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.Traces;

/// <summary>Deletes traces by their ids, or the oldest up to a time.</summary>
internal sealed class DeleteTraces(Database database, IAccess access) : IMlflowOperation
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMlflow<DeleteTraces>("POST", "/3.0/mlflow/traces/delete-traces");
        routes.MapMlflow<DeleteTraces>("POST", "/2.0/mlflow/traces/delete-traces");
    }

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var fields = call.Fields;
        var experimentId = MlflowNames.ExperimentId(fields.Required("experiment_id"));
        var (until, ids) = (fields.WholeNumber("max_timestamp_millis"), fields.Texts("request_ids"));
        if (until is null == (ids.Count == 0))
            throw SlipwayException.Invalid("Either `max_timestamp_millis` or `request_ids` must be specified, but not both.");
        var most = fields.WholeNumber("max_traces") ?? int.MaxValue;
        if (most < 1)
            throw SlipwayException.Invalid($"Invalid value {most} for parameter 'max_traces' supplied: it must be positive.");

        await access.DemandAsync(call.Caller, Permission.Write, $"experiment:{experimentId}", ct);
        var deleted = await database.WriteAsync(IsolationLevel.ReadCommitted, async (tx, token) =>
        {
            var which = until is null ? database.Dialect.AnyOf("id", "@Ids") : "requested_at <= @Until";
            var nos = await tx.QueryAsync<long>(
                $"""
                select no from traces where workspace = @Workspace and experiment_id = @Experiment and {which}
                order by requested_at, id limit @Most
                """,
                new { Workspace = call.Caller.Workspace.Value, Experiment = experimentId, Ids = ids.ToArray(), Until = until, Most = most },
                token);
            return await TraceStore.DeleteAsync(tx, database.Dialect, nos, token);
        }, ct);
        await call.AnswerAsync(json => json.WriteNumber("traces_deleted", deleted), ct);
    }
}
