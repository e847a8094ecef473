using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Artifacts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.Traces;

/// <summary>A trace's spans as the file traces.json, or one of its attachments; for browsers.</summary>
internal sealed class GetTraceArtifact(TraceStore traces, ArtifactFiles files, IAccess access) : IRawOperation
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapRaw<GetTraceArtifact>("GET", "/ajax-api/2.0/mlflow/get-trace-artifact");
        routes.MapRaw<GetTraceArtifact>("GET", "/ajax-api/3.0/mlflow/get-trace-artifact");
    }

    public async Task HandleAsync(HttpContext http, CancellationToken ct)
    {
        var call = await MlflowCall.WithoutBodyAsync(http);
        var id = call.Fields.Required("request_id");
        var path = ArtifactPath.Parse(call.Fields.Text("path"));
        await access.DemandAsync(call.Caller, Permission.Read, $"trace:{id}", ct);
        var trace = await traces.FindAsync(call.Caller.Workspace, id, ct) ?? throw TraceStore.Unknown(id);
        if (path.IsRoot)
            await SendSpansAsync(http, id, await traces.SpansAsync(trace.Row.No, ct), ct);
        else
            await files.SendAsync(http, call.Caller.Workspace, PlaceOf(trace).Append(ArtifactPath.Parse("attachments")).Append(path), ct);
    }

    private static ArtifactPath PlaceOf(Trace trace)
    {
        var uri = trace.Tags.FirstOrDefault(tag => tag.Key == "mlflow.artifactLocation").Value;
        return (uri is null ? null : ArtifactPath.OfUri(uri)) ?? throw new SlipwayException(
            ErrorCode.NotImplemented,
            $"The attachments of trace '{trace.Row.Id}' are at '{uri}', not in this server's store; read them there.");
    }

    private static async Task SendSpansAsync(HttpContext http, string id, IReadOnlyList<string> spans, CancellationToken ct)
    {
        var whole = new JsonObject { ["spans"] = new JsonArray([.. spans.Select(span => Plain(id, JsonNode.Parse(span)!.AsObject()))]) };
        http.Response.ContentType = "application/octet-stream";
        http.Response.Headers.ContentDisposition = "attachment; filename=traces.json";
        await http.Response.WriteAsync(whole.ToJsonString(), ct);
    }

    /// <summary>The span as MLflow's files have it: attributes as an object of texts in JSON, and every field there.</summary>
    private static JsonObject Plain(string id, JsonObject span) => new()
    {
        ["trace_id"] = span["trace_id"]?.DeepClone(),
        ["span_id"] = span["span_id"]?.DeepClone(),
        ["parent_span_id"] = span["parent_span_id"]?.DeepClone(),
        ["name"] = span["name"]?.DeepClone(),
        ["start_time_unix_nano"] = span["start_time_unix_nano"]?.DeepClone(),
        ["end_time_unix_nano"] = span["end_time_unix_nano"]?.DeepClone(),
        ["events"] = new JsonArray([.. (span["events"]?.AsArray() ?? []).Select(happened => (JsonNode)new JsonObject
        {
            ["name"] = happened!["name"]?.DeepClone(),
            ["time_unix_nano"] = happened["time_unix_nano"]?.DeepClone(),
            ["attributes"] = Values(happened),
        })]),
        ["status"] = new JsonObject
        {
            ["code"] = span["status"]?["code"]?.DeepClone() ?? "STATUS_CODE_UNSET",
            ["message"] = span["status"]?["message"]?.DeepClone(),
        },
        ["attributes"] = Attributes(id, span),
    };

    private static JsonObject Attributes(string id, JsonObject span)
    {
        // Spans without it are none of MLflow's to its client.
        var texts = new JsonObject { ["mlflow.traceRequestId"] = $"\"{id}\"" };
        foreach (var attribute in span["attributes"] as JsonArray ?? [])
            texts[(string)attribute!["key"]!] = PythonJson.Text(attribute["value"]);
        return texts;
    }

    private static JsonObject Values(JsonNode holder)
    {
        var plain = new JsonObject();
        foreach (var attribute in holder["attributes"]?.AsArray() ?? [])
            plain[(string)attribute!["key"]!] = Value(attribute["value"]);
        return plain;
    }

    // {"string_value": "x"}, {"array_value": {"values": […]}}, {"kvlist_value": {"values": [{"key", "value"}]}}
    private static JsonNode? Value(JsonNode? any)
    {
        var (kind, value) = any?.AsObject().FirstOrDefault() ?? default;
        return kind switch
        {
            null => null,
            "array_value" => new JsonArray([.. (value?["values"]?.AsArray() ?? []).Select(Value)]),
            "kvlist_value" => Values(new JsonObject { ["attributes"] = value?["values"]?.DeepClone() ?? new JsonArray() }),
            "int_value" when value is JsonValue number && number.TryGetValue<string>(out var digits) =>
                long.Parse(digits, CultureInfo.InvariantCulture),
            _ => value?.DeepClone(),
        };
    }
}
