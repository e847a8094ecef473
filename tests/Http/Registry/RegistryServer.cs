using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Data;
using Slipway.Http.Tracking;
using Slipway.Registry;
using Xunit;

namespace Slipway.Http.Registry;

/// <summary>Data, security, tracking and the registry behind a real server.</summary>
public class RegistryServer : TrackingServer
{
    public Uri Address => Client.BaseAddress!;

    public T Part<T>()
        where T : notnull => Services.GetRequiredService<T>();

    /// <summary>The answer, which must be a success.</summary>
    public async Task<JsonObject> CallAsync(string method, string path, string? body = null)
    {
        var (status, answer) = await SendAsync(method, path, body);
        Assert.True(status == 200, $"{method} {path} {body}: {status} {answer}");
        return answer;
    }

    /// <param name="path">Below 2.0/mlflow; with a slash in front as it is.</param>
    public Task<(int Status, JsonObject Answer)> SendAsync(string method, string path, string? body = null) =>
        SendTextAsync(new HttpMethod(method), path, body);

    /// <summary>Uploads through the artifact proxy.</summary>
    public async Task UploadAsync(string path, string content)
    {
        using var body = new StringContent(content);
        using var response = await Client.PutAsync(
            $"/api/2.0/mlflow-artifacts/artifacts/{path}", body, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
    }

    public Task<string> TextAsync(string path) => Client.GetStringAsync(path, TestContext.Current.CancellationToken);

    public Task<string> DownloadAsync(string uri) => Client.GetStringAsync(
        "/api/2.0/mlflow-artifacts/artifacts/" + uri["mlflow-artifacts:/".Length..], TestContext.Current.CancellationToken);

    protected override void AddModules(WebApplicationBuilder builder)
    {
        // Receivers of webhooks are on this machine.
        builder.Configuration["Deliveries:AllowHttp"] = "true";
        builder.Configuration["Deliveries:AllowPrivateAddresses"] = "true";
        builder.Services.AddRegistry();
    }

    protected override void MapModules(WebApplication app)
    {
        app.MapMlflowRegistry();
        app.MapGroup("/api/v1").MapRegistry();
    }
}

public sealed class RegistryServerOnPostgres : RegistryServer
{
    protected override DatabaseProvider Provider => DatabaseProvider.Postgres;
}
