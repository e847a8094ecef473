using System.Collections.Concurrent;
using System.IO.Compression;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Slipway.Shared;

/// <summary>
/// A real web server on loopback that takes OTLP over HTTP. Fields by number, of the definitions in
/// https://github.com/open-telemetry/opentelemetry-proto: a request's resources (1) hold scopes (2) with what is sent (2).
/// </summary>
public sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<(string Path, ProtoMessage Message)> _received = [];

    private OtlpReceiver(WebApplication app) => _app = app;

    public string Url => _app.Urls.First();

    /// <summary>Name (5), trace (1), id (2), parent (4).</summary>
    public IReadOnlyList<OtlpSpan> Spans =>
        [.. Of("/v1/traces").Select(span => new OtlpSpan(span.Text(5), span.Hex(1), span.Hex(2), span.Hex(4)))];

    public IReadOnlyList<string> Metrics => [.. Of("/v1/metrics").Select(metric => metric.Text(1)).Distinct()];

    /// <summary>Text (5) and trace (9).</summary>
    public IReadOnlyList<(string Text, string Trace)> Lines =>
        [.. Of("/v1/logs").Select(line => (line.All(5).Single().Text(1), line.Hex(9)))];

    /// <summary>Attributes (1) of the resources (1), as "name=value".</summary>
    public IReadOnlyList<string> Resources =>
        [.. _received.SelectMany(request => request.Message.All(1, 1, 1)).Select(attribute => $"{attribute.Text(1)}={attribute.All(2).Single().Text(1)}").Distinct()];

    public static async Task<OtlpReceiver> StartAsync(CancellationToken ct)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var receiver = new OtlpReceiver(builder.Build());
        receiver._app.Run(receiver.TakeAsync);
        await receiver._app.StartAsync(ct);
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private IEnumerable<ProtoMessage> Of(string path) => _received.Where(request => request.Path == path).SelectMany(request => request.Message.All(1, 2, 2));

    private async Task TakeAsync(HttpContext context)
    {
        await using var body = context.Request.Headers.ContentEncoding == "gzip" ? new GZipStream(context.Request.Body, CompressionMode.Decompress) : context.Request.Body;
        using var kept = new MemoryStream();
        await body.CopyToAsync(kept, context.RequestAborted);
        _received.Enqueue((context.Request.Path.Value!, ProtoMessage.Parse(kept.ToArray())));
        context.Response.ContentType = "application/x-protobuf";
    }
}

/// <summary>A span as it was sent; its parent is "" where it has none.</summary>
public sealed record OtlpSpan(string Name, string Trace, string Id, string Parent);
