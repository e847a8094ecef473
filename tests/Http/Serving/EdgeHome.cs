using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Slipway.Data;
using Slipway.Registry.Contracts;
using Slipway.Server;
using Slipway.Server.Contracts;
using Slipway.Shared;
using Slipway.Unit.OnnxRuntime;
using Xunit;

namespace Slipway.Http.Serving;

/// <summary>A server that can be taken away and brought back, and processes that answer for its endpoint "flights".</summary>
public abstract class EdgeHome : IAsyncLifetime
{
    protected const string Api = "/api/v1/online-endpoints/flights";

    private readonly TempFolder _folder = new();
    private readonly Uri _url = new($"http://127.0.0.1:{FreePort.Next()}");

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    protected List<WebApplication> Edges { get; } = [];

    protected HttpClient Control { get; private set; } = null!;

    protected WebApplication? Server { get; private set; }

    public async ValueTask InitializeAsync()
    {
        Control = new HttpClient { BaseAddress = _url };
        await StartServerAsync();
        foreach (var _ in new[] { 1, 2 })
            await RegisterAsync("late", OnnxModels.Classifier().ToByteArray());
        await PutAsync(Api, "{}");
        await PutAsync($"{Api}/deployments/blue", """{"model":"late:1"}""");
        await PutAsync($"{Api}/deployments/green", """{"model":"late:2"}""");
        await MoveAsync("blue");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var edge in Edges)
            await edge.DisposeAsync();
        await StopServerAsync();
        Control.Dispose();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    protected async Task<Digest> RegisterAsync(string model, byte[] onnx)
    {
        var content = Server!.Services.GetRequiredService<ContentStore>();
        var blob = await content.PutBytesAsync(onnx, Ct);
        var tree = await content.PutTreeAsync([new TreeEntry("model.onnx", blob.Digest, blob.Size)], Ct);
        await Server.Services.GetRequiredService<IModelRegistry>().RegisterAsync(
            ServingServer.Caller, new NewModelVersion { Model = model, Tree = tree.Digest, Flavor = "onnx" }, Ct);
        return tree.Digest;
    }

    protected async Task<JsonArray> InstancesAsync() =>
        (await Control.GetFromJsonAsync<JsonNode>($"{Api}/instances", Ct))!["instances"]!.AsArray();

    protected async Task<HttpClient> StartEdgeAsync(string name, string endpoint = "flights", long spoolBytes = 1024 * 1024)
    {
        var edge = await EdgeModule.StartAsync(
            new EdgeSettings
            {
                Endpoint = endpoint,
                Server = _url,
                SpoolBytes = spoolBytes,
                Own = new ServerSettings { Home = _folder.File(name), Urls = ["http://127.0.0.1:0"], LogLevel = LogLevel.Critical },
            },
            Ct);
        Edges.Add(edge);
        return new HttpClient { BaseAddress = new Uri(edge.Urls.First()) };
    }

    protected async Task StartServerAsync() => Server = await ServerModule.StartAsync(
        new ServerSettings { Home = _folder.File("server"), Urls = [_url.ToString()] }, Ct);

    /// <summary>At the server's address, something else that has nothing of what it is asked for.</summary>
    /// <param name="asked">Each path.</param>
    protected async Task<WebApplication> StartStrangerAsync(ChannelWriter<string> asked)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(_url.ToString());
        var stranger = builder.Build();
        stranger.Run(context =>
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            asked.TryWrite(context.Request.Path);
            return context.Response.WriteAsync("default backend - 404", Ct);
        });
        await stranger.StartAsync(Ct);
        return stranger;
    }

    protected async Task StopServerAsync()
    {
        if (Server is null)
            return;
        await Server.StopAsync(Ct);
        await Server.DisposeAsync();
        Server = null;
    }

    protected Task MoveAsync(string deployment) => PutAsync($"{Api}/traffic", $$"""{"traffic":{"{{deployment}}":100},"reason":"told"}""");

    protected async Task PutAsync(string path, string json)
    {
        using var response = await Control.PutAsync(path, ServingServer.Json(json), Ct);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Ct));
    }

    // Who answered; null: nobody does.
    protected static async Task<string?> AskAsync(HttpClient client, string id)
    {
        var body = $$"""
            {"id":"{{id}}","inputs":[{"name":"carrier","shape":[1,1],"datatype":"BYTES","data":["AA"]},
                                     {"name":"distance","shape":[1,1],"datatype":"FP32","data":[100]}]}
            """;
        using var answer = await client.PostAsync("/endpoints/flights/v2/models/late/infer", ServingServer.Json(body), Ct);
        return answer.Headers.TryGetValues("slipway-deployment", out var names) ? names.Single() : null;
    }

    protected static async Task UntilAsync(HttpClient client, string? deployment)
    {
        while (await AskAsync(client, "ask") != deployment)
            await Task.Delay(50, Ct);
    }
}
