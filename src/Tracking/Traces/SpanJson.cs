using System.Text.Json.Nodes;
using Slipway.Kernel;

namespace Slipway.Tracking.Traces;

/// <summary>A span while it is read; then its JSON.</summary>
internal sealed class SpanJson
{
    public byte[] TraceId { get; set; } = [];

    public byte[] SpanId { get; set; } = [];

    public byte[] ParentId { get; set; } = [];

    public string? State { get; set; }

    public string Name { get; set; } = "";

    public string? Kind { get; set; }

    public long StartNs { get; set; }

    public long EndNs { get; set; }

    public JsonArray Attributes { get; set; } = [];

    public JsonArray Events { get; set; } = [];

    public JsonArray Links { get; set; } = [];

    public int StatusCode { get; set; }

    public string? StatusMessage { get; set; }

    public OtlpSpan ToSpan(IReadOnlyList<string> statuses)
    {
        if (TraceId.Length != 16 || SpanId.Length != 8)
            throw SlipwayException.Invalid($"A span ('{Name}') has no trace id of 16 bytes or no span id of 8 bytes.");

        var content = new JsonObject
        {
            ["trace_id"] = Convert.ToBase64String(TraceId),
            ["span_id"] = Convert.ToBase64String(SpanId),
            ["name"] = Name,
            ["start_time_unix_nano"] = StartNs,
            ["end_time_unix_nano"] = EndNs,
        };
        if (ParentId.Length > 0)
            content["parent_span_id"] = Convert.ToBase64String(ParentId);
        if (State is { Length: > 0 })
            content["trace_state"] = State;
        if (Kind is not null)
            content["kind"] = Kind;
        foreach (var (name, list) in new[] { ("attributes", Attributes), ("events", Events), ("links", Links) })
        {
            if (list.Count > 0)
                content[name] = list;
        }

        var status = new JsonObject { ["code"] = statuses[StatusCode is >= 0 and <= 2 ? StatusCode : 0] };
        if (StatusMessage is { Length: > 0 })
            status["message"] = StatusMessage;
        content["status"] = status;
        return new OtlpSpan(
            Convert.ToHexStringLower(TraceId),
            Convert.ToHexStringLower(SpanId),
            ParentId.Length > 0 ? Convert.ToHexStringLower(ParentId) : null,
            Name,
            StartNs,
            EndNs,
            StatusCode,
            content);
    }
}
