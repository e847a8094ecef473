using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Kernel.Http;
using Slipway.Security;
using Slipway.Shared;
using Slipway.Tracking;
using Xunit;

namespace Slipway.Http.Tracking;

/// <summary>Data, security and tracking behind a real server on a free port of this machine.</summary>
public class TrackingServer : IAsyncLifetime
{
    private readonly TempFolder _home = new();
    private WebApplication _app = null!;
    private Postgres? _postgres;

    public HttpClient Client { get; private set; } = null!;

    public IServiceProvider Services => _app.Services;

    protected virtual DatabaseProvider Provider => DatabaseProvider.Sqlite;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _postgres = Provider == DatabaseProvider.Postgres ? await Postgres.CreateAsync(TestContext.Current.CancellationToken) : null;
        builder.Services
            .AddData(new DataOptions { Home = _home.Path, Database = _postgres?.ConnectionString })
            .AddSecurity(_home.Path)
            .AddTracking();
        AddModules(builder);
        _app = builder.Build();
        _app.Use(RenderAsync);
        _app.UseSecurity();
        _app.UseRouting();
        _app.MapTracking();
        MapModules(_app);
        await _app.StartAsync(TestContext.Current.CancellationToken);
        Client = new HttpClient { BaseAddress = new Uri(_app.Urls.First()) };
    }

    /// <summary>POSTs to 2.0/mlflow; the answer, which must be a success.</summary>
    public async Task<JsonObject> PostAsync(string path, JsonObject body)
    {
        var (status, answer) = await SendAsync(HttpMethod.Post, path, body);
        Assert.True(status == 200, $"{path}: {status} {answer}");
        return answer;
    }

    /// <summary>GETs from 2.0/mlflow; the answer, which must be a success.</summary>
    public async Task<JsonObject> GetAsync(string path)
    {
        var (status, answer) = await SendAsync(HttpMethod.Get, path, null);
        Assert.True(status == 200, $"{path}: {status} {answer}");
        return answer;
    }

    public Task<(int Status, JsonObject Answer)> SendAsync(HttpMethod method, string path, JsonNode? body) =>
        SendTextAsync(method, path, body?.ToJsonString());

    public async Task<(int Status, JsonObject Answer)> SendTextAsync(HttpMethod method, string path, string? body)
    {
        using var request = new HttpRequestMessage(method, path.StartsWith('/') ? path : "/api/2.0/mlflow/" + path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        using var response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, text.StartsWith('{') ? JsonNode.Parse(text)!.AsObject() : []);
    }

    public async Task<string> CreateExperimentAsync(string name) =>
        (string)(await PostAsync("experiments/create", new JsonObject { ["name"] = name }))["experiment_id"]!;

    public async Task<string> CreateRunAsync(string experimentId, string name = "run") => (string)(await PostAsync(
        "runs/create",
        new JsonObject { ["experiment_id"] = experimentId, ["run_name"] = name, ["start_time"] = 1000 }))["run"]!["info"]!["run_id"]!;

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Client.Dispose();
        await _app.DisposeAsync();
        if (_postgres is not null)
            await _postgres.DisposeAsync();
        _home.Dispose();
    }

    /// <summary>Modules that stand on tracking.</summary>
    protected virtual void AddModules(WebApplicationBuilder builder)
    {
    }

    protected virtual void MapModules(WebApplication app)
    {
    }

    private static async Task RenderAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (SlipwayException refusal)
        {
            if (context.GetEndpoint()?.Metadata.GetMetadata<IErrorShape>() is { } shape)
            {
                await shape.WriteAsync(context, refusal);
                return;
            }

            context.Response.StatusCode = HttpStatus.Of(refusal.Code);
            await context.Response.WriteAsync(new JsonObject { ["detail"] = refusal.Message }.ToJsonString());
        }
    }
}

/// <summary>The same on a PostgreSQL schema of its own.</summary>
public sealed class TrackingServerOnPostgres : TrackingServer
{
    protected override DatabaseProvider Provider => DatabaseProvider.Postgres;
}
