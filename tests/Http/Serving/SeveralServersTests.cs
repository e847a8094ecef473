using System.Net;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Data;
using Slipway.Registry.Contracts;
using Slipway.Server;
using Slipway.Server.Contracts;
using Slipway.Shared;
using Slipway.Unit.OnnxRuntime;
using Xunit;

namespace Slipway.Http.Serving;

/// <summary>Two servers on one PostgreSQL and one content store.</summary>
public sealed class SeveralServersTests : IAsyncLifetime
{
    private const string Api = "/api/v1/online-endpoints/shared";
    private const string Row =
        """
        {"dataframe_records":[{"carrier":"AA","distance":100}]}
        """;

    private readonly TempFolder _folder = new();
    private readonly List<WebApplication> _apps = [];
    private Postgres _postgres = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _postgres = await Postgres.CreateAsync(Ct);
        foreach (var name in new[] { "one", "two" })
        {
            _apps.Add(await ServerModule.StartAsync(
                new ServerSettings
                {
                    Home = _folder.File(name),
                    Urls = ["http://127.0.0.1:0"],
                    Database = _postgres.ConnectionString,
                    Content = _folder.File("content"),
                },
                Ct));
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var app in _apps)
            await app.DisposeAsync();
        await _postgres.DisposeAsync();
        _folder.Dispose();
    }

    [Fact(Timeout = 60_000)]
    public async Task What_is_done_at_one_server_is_seen_by_requests_at_the_other()
    {
        using var one = Client(0);
        using var two = Client(1);
        await RegisterAsync();

        await PutAsync(one, Api, "{}");
        await PutAsync(one, $"{Api}/deployments/blue", """{"model":"late:1"}""");
        await PutAsync(one, $"{Api}/traffic", """{"traffic":{"blue":100},"reason":"first"}""");
        await UntilAsync(two, "blue");
        await PutAsync(two, $"{Api}/deployments/green", """{"model":"late:2"}""");
        await PutAsync(two, $"{Api}/traffic", """{"traffic":{"green":100},"reason":"newer"}""");
        await UntilAsync(one, "green");
        await PutAsync(one, $"{Api}/traffic", """{"traffic":{},"reason":"the end"}""");
        using var deleted = await one.DeleteAsync(Api, Ct);
        await UntilAsync(two, null);

        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
    }

    private HttpClient Client(int server) => new() { BaseAddress = new Uri(_apps[server].Urls.First()) };

    // Asks until this deployment answers, or none does; the test's own time limit ends it.
    private static async Task UntilAsync(HttpClient client, string? deployment)
    {
        while (true)
        {
            using var response = await client.PostAsync("/endpoints/shared/invocations", ServingServer.Json(Row), Ct);
            var answered = response.Headers.TryGetValues("slipway-deployment", out var names) ? names.Single() : null;
            if (deployment is null ? response.StatusCode == HttpStatusCode.NotFound : answered == deployment)
                return;
            await Task.Delay(50, Ct);
        }
    }

    private static async Task PutAsync(HttpClient client, string path, string json)
    {
        using var response = await client.PutAsync(path, ServingServer.Json(json), Ct);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Ct));
    }

    private async Task RegisterAsync()
    {
        var content = _apps[0].Services.GetRequiredService<ContentStore>();
        var blob = await content.PutBytesAsync(OnnxModels.Classifier().ToByteArray(), Ct);
        var tree = await content.PutTreeAsync([new TreeEntry("model.onnx", blob.Digest, blob.Size)], Ct);
        for (var version = 1; version <= 2; version++)
        {
            await _apps[0].Services.GetRequiredService<IModelRegistry>().RegisterAsync(
                ServingServer.Caller, new NewModelVersion { Model = "late", Tree = tree.Digest, Flavor = "onnx" }, Ct);
        }
    }
}
