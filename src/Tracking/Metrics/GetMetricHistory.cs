using System.Globalization;
using System.IO.Pipelines;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Metrics;

/// <summary>The series of one metric, written while it is read: a million points take no memory.</summary>
internal sealed class GetMetricHistory(RunStore runs, MetricStore metrics, MetricKeys keys, IAccess access) : IMlflowOperation
{
    private const int FlushAt = 32 * 1024;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<GetMetricHistory>("GET", "metrics/get-history");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var fields = call.Fields;
        var runId = fields.Required("run_id", "run_uuid");
        var key = fields.Required("metric_key");
        var limit = fields.WholeNumber("max_results") ?? 0;
        if (limit < 0)
            throw SlipwayException.Invalid($"Invalid value {limit} for parameter 'max_results' supplied: it is negative.");
        var scope = $"history {runId} {key}";
        var after = After(fields.Text("page_token"), scope);
        MlflowNames.DemandRunId(runId);
        await access.DemandAsync(call.Caller, Permission.Read, $"run:{runId}", ct);
        var run = await runs.GetAsync(call.Caller.Workspace, runId, ct);
        if (await keys.FindAsync(key, ct) is not { } number)
        {
            await call.AnswerAsync(ct);
            return;
        }

        call.Http.Response.ContentType = "application/json";
        await WriteAsync(call.Http.Response.BodyWriter, key, metrics.ReadAsync(run.No, number, after, limit == 0 ? long.MaxValue : limit + 1, ct), limit, scope, ct);
    }

    internal static async Task WriteAsync(
        PipeWriter output, string key, IAsyncEnumerable<StoredPoint> points, long limit, string scope, CancellationToken ct)
    {
        await using var json = new Utf8JsonWriter(
            output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
        var written = 0L;
        StoredPoint last = default;
        string? next = null;
        json.WriteStartObject();
        await foreach (var point in points)
        {
            if (written == limit && limit > 0)
            {
                next = Token(last, scope);
                break;
            }

            if (written++ == 0)
                json.WriteStartArray("metrics");
            Write(json, key, point);
            last = point;
            if (output.UnflushedBytes < FlushAt)
                continue;
            await json.FlushAsync(ct);
            await output.FlushAsync(ct);
        }

        if (written > 0)
            json.WriteEndArray();
        if (next is not null)
            json.WriteString("next_page_token", next);
        json.WriteEndObject();
        await json.FlushAsync(ct);
    }

    private static void Write(Utf8JsonWriter json, string key, StoredPoint point)
    {
        json.WriteStartObject();
        json.WriteString("key", key);
        json.WriteMlflowDouble("value", point.Shown);
        json.WriteNumber("timestamp", point.Time);
        json.WriteNumber("step", point.Step);
        json.WriteEndObject();
    }

    // The last point of the page, not how many there were: the thousandth page is as quick as the first.
    private static string Token(StoredPoint last, string scope) => PageToken.Wrap(string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"of": "{{PageToken.Hash(scope)}}", "after": [{{last.Time}}, {{last.Step}}, "{{last.Value:R}}", {{(last.IsNaN ? 1 : 0)}}]}"""));

    private static StoredPoint? After(string? token, string scope)
    {
        if (string.IsNullOrEmpty(token))
            return null;
        if (PageToken.Read(token, scope) is var json
            && json.TryGetProperty("after", out var after) && after.ValueKind == JsonValueKind.Array && after.GetArrayLength() == 4
            && after[0].TryGetInt64(out var time) && after[1].TryGetInt64(out var step)
            && double.TryParse(after[2].GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            && after[3].TryGetInt32(out var isNaN))
        {
            return new StoredPoint(0, time, step, value, isNaN == 1);
        }

        throw PageToken.Foreign();
    }
}
