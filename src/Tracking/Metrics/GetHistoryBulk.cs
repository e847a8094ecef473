using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Artifacts;
using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Metrics;

/// <summary>One metric of several runs, for charts; /ajax-api only.</summary>
internal sealed class GetHistoryBulk(RunStore runs, MetricStore metrics, MetricKeys keys, IAccess access) : IRawOperation
{
    private const int MostRuns = 100;
    private const int MostPoints = 25_000;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapRaw<GetHistoryBulk>("GET", "/ajax-api/2.0/mlflow/metrics/get-history-bulk");

    public async Task HandleAsync(HttpContext http, CancellationToken ct)
    {
        var call = await MlflowCall.WithoutBodyAsync(http);
        var ids = call.Fields.Texts("run_id");
        if (ids.Count == 0)
            throw SlipwayException.Invalid("GetMetricHistoryBulk request must specify at least one run_id.");
        if (ids.Count > MostRuns)
            throw SlipwayException.Invalid($"GetMetricHistoryBulk request cannot specify more than {MostRuns} run_ids. Received {ids.Count} run_ids.");
        if (call.Fields.Text("metric_key") is not { Length: > 0 } key)
            throw SlipwayException.Invalid("GetMetricHistoryBulk request must specify a metric_key.");
        var left = Math.Min(call.Fields.WholeNumber("max_results") ?? MostPoints, MostPoints);

        await access.DemandAsync(call.Caller, Permission.Read, "run:*", ct);
        var found = new List<(string RunId, StoredPoint Point)>();
        if (await keys.FindAsync(key, ct) is { } number)
        {
            foreach (var id in ids.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
            {
                if (found.Count >= left || await runs.FindAsync(call.Caller.Workspace, id, ct) is not { } run)
                    continue;
                await foreach (var point in metrics.ReadAsync(run.No, number, null, left - found.Count, ct))
                    found.Add((id, point));
            }
        }

        await call.AnswerAsync(json => Write(json, key, found), ct);
    }

    public static void Write(Utf8JsonWriter json, string key, IReadOnlyList<(string RunId, StoredPoint Point)> points)
    {
        if (points.Count == 0)
            return;
        json.WriteStartArray("metrics");
        foreach (var (runId, point) in points)
        {
            json.WriteStartObject();
            json.WriteString("key", key);
            json.WriteMlflowDouble("value", point.Shown);
            json.WriteNumber("timestamp", point.Time);
            json.WriteNumber("step", point.Step);
            json.WriteString("run_id", runId);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
