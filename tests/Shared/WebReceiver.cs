using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Slipway.Shared;

/// <summary>A real web server on loopback that keeps what was posted to it, and answers as the test wants.</summary>
public sealed class WebReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Channel<Call> _received = Channel.CreateUnbounded<Call>();

    private WebReceiver(WebApplication app) => _app = app;

    public string Url => _app.Urls.First() + "/hook";

    /// <summary>The answers to come, in order; 200 when there is none.</summary>
    public ConcurrentQueue<Action<HttpResponse>> Answers { get; } = [];

    public static async Task<WebReceiver> StartAsync(CancellationToken ct)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var receiver = new WebReceiver(builder.Build());
        receiver._app.Run(receiver.TakeAsync);
        await receiver._app.StartAsync(ct);
        return receiver;
    }

    public void AnswerNext(int status) => Answers.Enqueue(response => response.StatusCode = status);

    /// <summary>The next one that arrives, or has arrived and was not asked for.</summary>
    public Task<Call> NextAsync(CancellationToken ct) => _received.Reader.ReadAsync(ct).AsTask();

    public int Waiting => _received.Reader.Count;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        var headers = context.Request.Headers.ToDictionary(
            header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        if (Answers.TryDequeue(out var answer))
            answer(context.Response);
        _received.Writer.TryWrite(new Call(context.Request.Path, body, headers));
        await context.Response.WriteAsync("thanks", context.RequestAborted);
    }

    public sealed record Call(string Path, string Body, IReadOnlyDictionary<string, string> Headers);
}
