using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Server;
using Slipway.Server.Contracts;
using Slipway.Shared;
using Slipway.Unit.OnnxRuntime;
using Xunit;

namespace Slipway.Http.Serving;

/// <summary>A real server with the endpoint "flights", whose deployments "blue" and "green" serve versions 1 and 2 of model "late".</summary>
public sealed class ServingServer : IAsyncLifetime
{
    private readonly TempFolder _home = new();
    private WebApplication _app = null!;

    public HttpClient Client { get; private set; } = null!;

    public Uri GrpcUrl { get; } = new($"http://127.0.0.1:{FreePort.Next()}");

    /// <summary>The https address, where <see cref="Certificate"/> is given.</summary>
    public Uri SecureUrl => new(_app.Urls.Single(url => url.StartsWith("https:", StringComparison.Ordinal)));

    internal CertificateFiles? Certificate { get; init; }

    internal ConnectionLimits Limits { get; init; } = new();

    public IServiceProvider Services => _app.Services;

    public static Caller Caller => Caller.System;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await StartAsync();
        await RegisterAsync("late", OnnxModels.Classifier().ToByteArray());
        await RegisterAsync("late", OnnxModels.Classifier().ToByteArray());
        await PutAsync("/api/v1/online-endpoints/flights", """{"collect":"wait"}""");
        await PutAsync("/api/v1/online-endpoints/flights/deployments/blue", """{"model":"late:1"}""");
        await PutAsync("/api/v1/online-endpoints/flights/deployments/green", """{"model":"late:2"}""");
        await PutAsync("/api/v1/online-endpoints/flights/traffic", """{"traffic":{"blue":100},"reason":"first"}""");
    }

    public async Task RegisterAsync(string model, byte[] onnx, string? signature = null)
    {
        var content = Services.GetRequiredService<ContentStore>();
        var blob = await content.PutBytesAsync(onnx, Ct);
        var tree = await content.PutTreeAsync([new TreeEntry("model.onnx", blob.Digest, blob.Size)], Ct);
        await Services.GetRequiredService<IModelRegistry>().RegisterAsync(
            Caller, new NewModelVersion { Model = model, Tree = tree.Digest, Flavor = "onnx", SignatureJson = signature }, Ct);
    }

    public Task RegisterFilesAsync(string model, string? signature, params (string Path, string Text)[] files) =>
        RegisterFilesAsync(model, signature, [.. files.Select(file => (file.Path, Encoding.UTF8.GetBytes(file.Text)))]);

    public async Task RegisterFilesAsync(string model, string? signature, params (string Path, byte[] Bytes)[] files)
    {
        var content = Services.GetRequiredService<ContentStore>();
        var entries = new List<TreeEntry>();
        foreach (var (path, bytes) in files)
        {
            var blob = await content.PutBytesAsync(bytes, Ct);
            entries.Add(new TreeEntry(path, blob.Digest, blob.Size));
        }

        var tree = await content.PutTreeAsync(entries, Ct);
        await Services.GetRequiredService<IModelRegistry>().RegisterAsync(
            Caller, new NewModelVersion { Model = model, Tree = tree.Digest, Flavor = "python_function", SignatureJson = signature }, Ct);
    }

    /// <summary>An endpoint of this name whose one deployment, "blue", has all traffic.</summary>
    public async Task DeployAsync(string endpoint, string model, string settings)
    {
        await PutAsync($"/api/v1/online-endpoints/{endpoint}", """{"collect":"wait"}""");
        await PutAsync($"/api/v1/online-endpoints/{endpoint}/deployments/blue", $$"""{"model":"{{model}}","settings":{{settings}}}""");
        await PutAsync($"/api/v1/online-endpoints/{endpoint}/traffic", """{"traffic":{"blue":100},"reason":"first"}""");
    }

    public async Task RestartAsync()
    {
        Client.Dispose();
        await _app.StopAsync(Ct);
        await _app.DisposeAsync();
        await StartAsync();
    }

    public async Task<JsonNode> PutAsync(string path, string json)
    {
        using var response = await Client.PutAsync(path, Json(json), Ct);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Ct));
        return (await response.Content.ReadFromJsonAsync<JsonNode>(Ct))!;
    }

    public Task<HttpResponseMessage> InferAsync(string body, string path = "/endpoints/flights/v2/models/late/infer") =>
        Client.PostAsync(path, Json(body), Ct);

    /// <summary>One row of the model "late".</summary>
    public async Task<HttpResponseMessage> AskAsync(string id, string carrier, int distance, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/endpoints/flights/v2/models/late/infer")
        {
            Content = Json(
                $$"""
                {"id":"{{id}}","inputs":[{"name":"carrier","shape":[1,1],"datatype":"BYTES","data":["{{carrier}}"]},
                                         {"name":"distance","shape":[1,1],"datatype":"FP32","data":[{{distance}}]}]}
                """),
        };
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await Client.SendAsync(request, Ct);
    }

    /// <summary>What a shadow has done, once it has seen so many requests.</summary>
    public async Task<JsonNode> MirroredAsync(string deployment, int requests)
    {
        while (true)
        {
            var stats = await Client.GetFromJsonAsync<JsonNode>($"/api/v1/online-endpoints/flights/deployments/{deployment}/stats", Ct);
            if ((int)stats!["mirrored"]!["requests"]! >= requests)
                return stats["mirrored"]!;
        }
    }

    public static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        _home.Dispose();
    }

    private async Task StartAsync()
    {
        _app = await ServerModule.StartAsync(
            new ServerSettings
            {
                Home = _home.Path,
                Urls = Certificate is null ? ["http://127.0.0.1:0"] : ["http://127.0.0.1:0", "https://127.0.0.1:0"],
                Certificate = Certificate,
                Limits = Limits,
                GrpcUrls = [GrpcUrl.ToString()],
                MaxBodyBytes = 1024 * 1024,
            },
            Ct);
        Client = new HttpClient { BaseAddress = new Uri(_app.Urls.First()) };
    }
}
