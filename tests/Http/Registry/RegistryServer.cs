using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Kernel.Http;
using Slipway.Registry;
using Slipway.Security;
using Slipway.Shared;
using Slipway.Tracking;
using Xunit;

namespace Slipway.Http.Registry;

/// <summary>Data, security, tracking and the registry behind a real server.</summary>
public class RegistryServer : IAsyncLifetime
{
    private readonly TempFolder _home = new();
    private WebApplication _app = null!;
    private HttpClient _client = null!;

    public Uri Address => _client.BaseAddress!;

    /// <summary>A PostgreSQL connection string; null: SQLite.</summary>
    protected virtual Task<string?> DatabaseAsync() => Task.FromResult<string?>(null);

    public T Part<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");

        // Receivers of webhooks are on this machine.
        builder.Configuration["Deliveries:AllowHttp"] = "true";
        builder.Configuration["Deliveries:AllowPrivateAddresses"] = "true";
        builder.Services
            .AddData(new DataOptions { Home = _home.Path, Database = await DatabaseAsync() })
            .AddSecurity(_home.Path)
            .AddTracking()
            .AddRegistry();
        _app = builder.Build();
        _app.Use(RenderAsync);
        _app.UseSecurity();
        _app.UseRouting();
        _app.MapTracking();
        _app.MapMlflowRegistry();
        _app.MapGroup("/api/v1").MapRegistry();
        await _app.StartAsync(TestContext.Current.CancellationToken);
        _client = new HttpClient { BaseAddress = new Uri(_app.Urls.First()) };
    }

    /// <summary>The answer, which must be a success.</summary>
    public async Task<JsonObject> CallAsync(string method, string path, string? body = null)
    {
        var (status, answer) = await SendAsync(method, path, body);
        Assert.True(status == 200, $"{method} {path} {body}: {status} {answer}");
        return answer;
    }

    /// <param name="path">Below 2.0/mlflow; with a slash in front as it is.</param>
    public async Task<(int Status, JsonObject Answer)> SendAsync(string method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path.StartsWith('/') ? path : "/api/2.0/mlflow/" + path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, text.StartsWith('{') ? JsonNode.Parse(text)!.AsObject() : []);
    }

    /// <summary>Uploads through the artifact proxy.</summary>
    public async Task UploadAsync(string path, string content)
    {
        using var body = new StringContent(content);
        using var response = await _client.PutAsync(
            $"/api/2.0/mlflow-artifacts/artifacts/{path}", body, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
    }

    public Task<string> TextAsync(string path) => _client.GetStringAsync(path, TestContext.Current.CancellationToken);

    public Task<string> DownloadAsync(string uri) => _client.GetStringAsync(
        "/api/2.0/mlflow-artifacts/artifacts/" + uri["mlflow-artifacts:/".Length..], TestContext.Current.CancellationToken);

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _client.Dispose();
        await _app.DisposeAsync();
        _home.Dispose();
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

public sealed class RegistryServerOnPostgres : RegistryServer
{
    private Postgres _postgres = null!;

    protected override async Task<string?> DatabaseAsync()
    {
        _postgres = await Postgres.CreateAsync(TestContext.Current.CancellationToken);
        return _postgres.ConnectionString;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _postgres.DisposeAsync();
    }
}
