using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.Traces;

/// <summary>Traces with their spans: one (which waits for spans that are on their way), or those of many that are complete.</summary>
internal sealed class GetTraces(TraceStore traces, IAccess access, TimeProvider time) : IMlflowOperation
{
    // Spans are sent in the background; the record may be here before them.
    private static readonly TimeSpan[] s_waits = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)];

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMlflow<GetTraces>("GET", "/3.0/mlflow/traces/get");
        routes.MapMlflow<GetTraces>("GET", "/3.0/mlflow/traces/batchGet");
    }

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var ids = call.Fields.Texts("trace_ids");
        await access.DemandAsync(call.Caller, Permission.Read, "trace:*", ct);
        if (ids.Count == 0 && call.Fields.Text("trace_id") is { Length: > 0 } id)
        {
            var (trace, spans) = await WaitAsync(call, id, call.Fields.Bool("allow_partial") ?? false, ct);
            await call.AnswerAsync(json =>
            {
                json.WritePropertyName("trace");
                Write(json, trace, spans);
            }, ct);
            return;
        }

        if (ids.Count == 0)
            throw MlflowFields.Missing("trace_ids");
        var complete = new List<(Trace Trace, IReadOnlyList<string> Spans)>();
        foreach (var trace in await traces.FindAsync(call.Caller.Workspace, ids, ct))
        {
            var spans = await traces.SpansAsync(trace.Row.No, ct);
            if (IsComplete(trace, spans.Count))
                complete.Add((trace, spans));
        }

        await call.AnswerAsync(json =>
        {
            if (complete.Count == 0)
                return;
            json.WriteStartArray("traces");
            foreach (var (trace, spans) in complete)
                Write(json, trace, spans);
            json.WriteEndArray();
        }, ct);
    }

    private async Task<(Trace Trace, IReadOnlyList<string> Spans)> WaitAsync(
        MlflowCall call, string id, bool partly, CancellationToken ct)
    {
        for (var attempt = 0; ; attempt++)
        {
            var trace = await traces.FindAsync(call.Caller.Workspace, id, ct) ?? throw TraceStore.Unknown(id);
            var spans = await traces.SpansAsync(trace.Row.No, ct);
            if (partly || IsComplete(trace, spans.Count))
                return (trace, spans);
            if (attempt == s_waits.Length)
                throw new SlipwayException(ErrorCode.NotFound, $"Trace with ID '{id}' is not fully exported yet; try again later.");
            await Task.Delay(s_waits[attempt], time, ct);
        }
    }

    private static bool IsComplete(Trace trace, int spans)
    {
        var sizes = trace.Metadata.FirstOrDefault(entry => entry.Key == "mlflow.trace.sizeStats").Value;
        if (sizes is null)
            return spans > 0;
        try
        {
            return spans >= ((int?)JsonNode.Parse(sizes)?["num_spans"] ?? 0);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            // Somebody else's metadata; what is here is all that is known.
            return true;
        }
    }

    private static void Write(Utf8JsonWriter json, Trace trace, IReadOnlyList<string> spans)
    {
        json.WriteStartObject();
        json.WritePropertyName("trace_info");
        trace.WriteInfo(json);
        if (spans.Count > 0)
        {
            json.WriteStartArray("spans");
            foreach (var span in spans)
                json.WriteRawValue(span);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
