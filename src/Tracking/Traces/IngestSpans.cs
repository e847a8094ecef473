using System.Data;
using System.Data.Common;
using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Artifacts;
using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.Traces;

/// <summary>POST /v1/traces: OpenTelemetry's OTLP over HTTP, in protobuf or JSON.</summary>
internal sealed class IngestSpans(Database database, ExperimentStore experiments, IAccess access) : IRawOperation
{
    private const int MostBytes = 64 * 1024 * 1024;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapRaw<IngestSpans>("POST", "/v1/traces");

    public async Task HandleAsync(HttpContext http, CancellationToken ct)
    {
        var caller = await Caller.BindAsync(http);
        if (http.Request.Headers["x-mlflow-experiment-id"].ToString() is not { Length: > 0 } named)
        {
            http.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            http.Response.ContentType = "application/json";
            await http.Response.WriteAsync("""{"detail": "The header x-mlflow-experiment-id is missing."}""", ct);
            return;
        }

        var experimentId = MlflowNames.ExperimentId(named);
        await access.DemandAsync(caller, Permission.Write, $"experiment:{experimentId}", ct);
        var experiment = await experiments.GetAsync(caller.Workspace, experimentId, ct);
        var spans = await ReadAsync(http.Request, ct);
        if (spans.Count == 0)
            throw SlipwayException.Invalid("The request holds no spans.");
        await database.WriteAsync(IsolationLevel.ReadCommitted, async (tx, token) =>
        {
            foreach (var trace in spans.GroupBy(span => span.MlflowTraceId).OrderBy(trace => trace.Key, StringComparer.Ordinal))
                await PutAsync(tx, caller, experiment, [.. trace], token);
        }, ct);

        // An empty ExportTraceServiceResponse has no bytes.
        http.Response.ContentType = "application/x-protobuf";
    }

    private static async Task PutAsync(
        DbTransaction tx, Caller caller, Experiment experiment, IReadOnlyList<OtlpSpan> spans, CancellationToken ct)
    {
        var id = spans[0].MlflowTraceId;
        var known = await TraceStore.FindAsync(tx, caller.Workspace, id, ct);
        var start = spans.Min(span => span.StartNs) / 1_000_000;
        var end = spans.Max(span => span.EndNs) / 1_000_000;
        if (known is { Finalized: false })
            (start, end) = (Math.Min(start, known.RequestedAt), Math.Max(end, known.RequestedAt + (known.Duration ?? 0)));

        var root = spans.FirstOrDefault(span => span.ParentId is null);
        var tags = new List<KeyValue> { new(TraceStore.SpansTag, "TRACKING_STORE") };
        var metadata = new List<KeyValue>();
        long no;
        if (known is { Finalized: true })
        {
            no = known.No;
            await TraceStore.SetAsync(tx, "trace_tags", no, tags, ct);
        }
        else
        {
            if (known is null)
                tags.Add(new KeyValue("mlflow.artifactLocation", experiment.PlaceOf($"traces/{id}/artifacts")));
            if (root is not null)
                Describe(root, tags, metadata);
            no = await TraceStore.PutAsync(tx, caller.Workspace, Row(id, experiment.Id, start, end, root, known), tags, metadata, ct);
        }

        foreach (var span in spans.OrderBy(span => span.Id, StringComparer.Ordinal))
            await TraceStore.PutSpanAsync(tx, no, span, ct);
    }

    private static TraceRow Row(string id, long experimentId, long start, long end, OtlpSpan? root, TraceRow? known) => new()
    {
        No = 0,
        Id = id,
        ExperimentId = experimentId,
        State = root is not null ? root.StatusCode == 2 ? "ERROR" : "OK" : known?.State ?? "IN_PROGRESS",
        RequestedAt = start,
        Duration = Math.Max(0, end - start),
        RequestPreview = root?.Preview("mlflow.spanInputs"),
        ResponsePreview = root?.Preview("mlflow.spanOutputs"),
        Finalized = false,
    };

    private static void Describe(OtlpSpan root, List<KeyValue> tags, List<KeyValue> metadata)
    {
        tags.Add(new KeyValue("mlflow.traceName", root.Name));
        if (root.Attribute("session.id") is { } session)
            metadata.Add(new KeyValue("mlflow.trace.session", session));
        if (root.Attribute("user.id") is { } user)
            metadata.Add(new KeyValue("mlflow.trace.user", user));
    }

    private static async Task<IReadOnlyList<OtlpSpan>> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        var media = (request.ContentType ?? "").Split(';')[0].Trim();
        if (media is not ("application/x-protobuf" or "application/json"))
            throw SlipwayException.Invalid($"Content-Type '{media}' is not one of application/x-protobuf, application/json.");
        try
        {
            var body = await UnpackAsync(request, ct);
            return media == "application/json" ? OtlpJson.Read(body) : OtlpProtobuf.Read(body);
        }
        catch (InvalidDataException exception)
        {
            throw SlipwayException.Invalid($"The body is not what its Content-Encoding says: {exception.Message}");
        }
    }

    private static async Task<byte[]> UnpackAsync(HttpRequest request, CancellationToken ct)
    {
        await using var body = request.Headers.ContentEncoding.ToString() switch
        {
            "" or "identity" => request.Body,
            "gzip" => new GZipStream(request.Body, CompressionMode.Decompress),
            "deflate" => new ZLibStream(request.Body, CompressionMode.Decompress),
            var other => throw SlipwayException.Invalid($"Content-Encoding '{other}' is not one of gzip, deflate."),
        };
        using var content = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await body.ReadAsync(buffer, ct)) > 0)
        {
            content.Write(buffer, 0, read);
            if (content.Length > MostBytes)
                throw new SlipwayException(ErrorCode.TooLarge, $"The spans take more than {MostBytes} bytes; send them in parts.");
        }

        return content.ToArray();
    }
}
