using System.Text.Json.Nodes;
using Google.Protobuf;
using Slipway.Kernel;

namespace Slipway.Tracking.Traces;

/// <summary>
/// ExportTraceServiceRequest in protobuf (https://github.com/open-telemetry/opentelemetry-proto, trace.proto). Read field
/// by field: what is kept is JSON anyway.
/// </summary>
internal static class OtlpProtobuf
{
    private const int DeepestValue = 32;

    private static readonly string[] s_kinds =
    [
        "SPAN_KIND_UNSPECIFIED", "SPAN_KIND_INTERNAL", "SPAN_KIND_SERVER", "SPAN_KIND_CLIENT", "SPAN_KIND_PRODUCER", "SPAN_KIND_CONSUMER",
    ];

    private static readonly string[] s_statuses = ["STATUS_CODE_UNSET", "STATUS_CODE_OK", "STATUS_CODE_ERROR"];

    public static IReadOnlyList<OtlpSpan> Read(byte[] body)
    {
        try
        {
            // resource_spans = 1, scope_spans = 2, spans = 2
            return [.. Messages(body, 1).SelectMany(resource => Messages(resource, 2)).SelectMany(scope => Messages(scope, 2)).Select(Span)];
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw SlipwayException.Invalid($"The body is not an OTLP trace request: {exception.Message}");
        }
    }

    private static List<byte[]> Messages(byte[] message, int field)
    {
        var found = new List<byte[]>();
        var input = new CodedInputStream(message);
        uint tag;
        while ((tag = input.ReadTag()) != 0)
        {
            if (WireFormat.GetTagFieldNumber(tag) == field && WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited)
                found.Add(input.ReadBytes().ToByteArray());
            else
                input.SkipLastField();
        }

        return found;
    }

    private static OtlpSpan Span(byte[] message)
    {
        var span = new SpanJson();
        var input = new CodedInputStream(message);
        uint tag;
        while ((tag = input.ReadTag()) != 0)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case 1: span.TraceId = input.ReadBytes().ToByteArray(); break;
                case 2: span.SpanId = input.ReadBytes().ToByteArray(); break;
                case 3: span.State = input.ReadString(); break;
                case 4: span.ParentId = input.ReadBytes().ToByteArray(); break;
                case 5: span.Name = input.ReadString(); break;
                case 6: span.Kind = s_kinds.ElementAtOrDefault(input.ReadEnum()); break;
                case 7: span.StartNs = (long)input.ReadFixed64(); break;
                case 8: span.EndNs = (long)input.ReadFixed64(); break;
                case 9: span.Attributes.Add(Attribute(input.ReadBytes().ToByteArray(), 0)); break;
                case 11: span.Events.Add(Event(input.ReadBytes().ToByteArray())); break;
                case 13: span.Links.Add(Link(input.ReadBytes().ToByteArray())); break;
                case 15: (span.StatusCode, span.StatusMessage) = Status(input.ReadBytes().ToByteArray()); break;
                default: input.SkipLastField(); break;
            }
        }

        return span.ToSpan(s_statuses);
    }

    private static (int Code, string? Message) Status(byte[] message)
    {
        var (code, text) = (0, (string?)null);
        var input = new CodedInputStream(message);
        uint tag;
        while ((tag = input.ReadTag()) != 0)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case 2: text = input.ReadString(); break;
                case 3: code = input.ReadEnum(); break;
                default: input.SkipLastField(); break;
            }
        }

        return (code, text);
    }

    private static JsonObject Event(byte[] message)
    {
        var (json, attributes) = (new JsonObject(), new JsonArray());
        var input = new CodedInputStream(message);
        uint tag;
        while ((tag = input.ReadTag()) != 0)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case 1: json["time_unix_nano"] = input.ReadFixed64(); break;
                case 2: json["name"] = input.ReadString(); break;
                case 3: attributes.Add(Attribute(input.ReadBytes().ToByteArray(), 0)); break;
                default: input.SkipLastField(); break;
            }
        }

        if (attributes.Count > 0)
            json["attributes"] = attributes;
        return json;
    }

    private static JsonObject Link(byte[] message)
    {
        var (json, attributes) = (new JsonObject(), new JsonArray());
        var input = new CodedInputStream(message);
        uint tag;
        while ((tag = input.ReadTag()) != 0)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case 1: json["trace_id"] = input.ReadBytes().ToBase64(); break;
                case 2: json["span_id"] = input.ReadBytes().ToBase64(); break;
                case 4: attributes.Add(Attribute(input.ReadBytes().ToByteArray(), 0)); break;
                default: input.SkipLastField(); break;
            }
        }

        if (attributes.Count > 0)
            json["attributes"] = attributes;
        return json;
    }

    private static JsonObject Attribute(byte[] message, int depth)
    {
        var json = new JsonObject();
        var input = new CodedInputStream(message);
        uint tag;
        while ((tag = input.ReadTag()) != 0)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case 1: json["key"] = input.ReadString(); break;
                case 2: json["value"] = Value(input.ReadBytes().ToByteArray(), depth + 1); break;
                default: input.SkipLastField(); break;
            }
        }

        return json;
    }

    private static JsonObject Value(byte[] message, int depth)
    {
        if (depth > DeepestValue)
            throw SlipwayException.Invalid($"An attribute of a span is nested more than {DeepestValue} times.");
        var json = new JsonObject();
        var input = new CodedInputStream(message);
        uint tag;
        while ((tag = input.ReadTag()) != 0)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case 1: json["string_value"] = input.ReadString(); break;
                case 2: json["bool_value"] = input.ReadBool(); break;
                case 3: json["int_value"] = input.ReadInt64(); break;
                case 4: json["double_value"] = Double(input.ReadDouble()); break;
                case 5: json["array_value"] = List(input.ReadBytes().ToByteArray(), item => Value(item, depth + 1)); break;
                case 6: json["kvlist_value"] = List(input.ReadBytes().ToByteArray(), item => Attribute(item, depth + 1)); break;
                case 7: json["bytes_value"] = input.ReadBytes().ToBase64(); break;
                default: input.SkipLastField(); break;
            }
        }

        return json;
    }

    private static JsonObject List(byte[] message, Func<byte[], JsonObject> read) =>
        new() { ["values"] = new JsonArray([.. Messages(message, 1).Select(read)]) };

    private static JsonValue Double(double value) =>
        double.IsFinite(value) ? JsonValue.Create(value) : JsonValue.Create(double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
}
