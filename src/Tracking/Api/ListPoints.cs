using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.Metrics;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Api;

/// <summary>
/// GET /api/v1/runs/{id}/points/{key}: every point of a metric in the order of time, a JSON object on each line, written
/// while it is read: <c>{"step":1,"time":"2026-11-27T03:00:00+00:00","value":0.5}</c>; NaN is the text "NaN".
/// </summary>
internal sealed class ListPoints(RunStore runs, MetricStore metrics, MetricKeys keys, IAccess access)
{
    private const int FlushAt = 32 * 1024;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/runs/{id}/points/{**key}", HandleAsync)
        .Produces<string>(StatusCodes.Status200OK, "application/x-ndjson").WithName("ListPoints").WithTags("tracking");

    private static async Task HandleAsync(
        HttpContext http, Caller caller, string id, string key, ListPoints operation, CancellationToken ct)
    {
        var points = await operation.RunAsync(caller, id, key, ct);
        http.Response.ContentType = "application/x-ndjson";
        await WriteAsync(http.Response.BodyWriter, points, ct);
    }

    public async Task<IAsyncEnumerable<StoredPoint>> RunAsync(Caller caller, string id, string key, CancellationToken ct)
    {
        MlflowNames.DemandRunId(id);
        await access.DemandAsync(caller, Permission.Read, $"run:{id}", ct);
        var run = await runs.FindAsync(caller.Workspace, id, ct) ?? throw SlipwayException.NotFound("Run", id);
        return await keys.FindAsync(key, ct) is { } number
            ? metrics.ReadAsync(run.No, number, null, long.MaxValue, ct)
            : AsyncEnumerable.Empty<StoredPoint>();
    }

    internal static async Task WriteAsync(PipeWriter output, IAsyncEnumerable<StoredPoint> points, CancellationToken ct)
    {
        await using var json = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true });
        await foreach (var point in points)
        {
            json.WriteStartObject();
            json.WriteNumber("step", point.Step);
            json.WriteString("time", point.Time.ToTime());
            if (point.IsNaN)
                json.WriteString("value", "NaN");
            else
                json.WriteNumber("value", point.Value);
            json.WriteEndObject();
            json.Flush();
            json.Reset();
            output.Write("\n"u8);
            if (output.UnflushedBytes >= FlushAt)
                await output.FlushAsync(ct);
        }
    }
}
