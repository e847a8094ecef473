using System.Net;
using System.Net.Http.Json;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Server;
using Slipway.Server.Contracts;
using Slipway.Serving.Rollouts;
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

    [Fact(Timeout = 180_000)]
    public async Task A_rollout_counts_the_requests_of_each_server_once()
    {
        using var one = Client(0);
        using var two = Client(1);
        await RegisterAsync();
        await PutAsync(one, Api, "{}");
        await PutAsync(one, $"{Api}/deployments/blue", """{"model":"late:1"}""");
        await PutAsync(one, $"{Api}/deployments/green", """{"model":"late:2"}""");
        await PutAsync(one, $"{Api}/traffic", """{"traffic":{"blue":100},"reason":"first"}""");
        await UntilAsync(two, "blue");
        await BeginRolloutAsync(one);

        // Looked at once an hour, but by each server as soon as the step has begun.
        while ((await _apps[0].Services.GetRequiredService<RolloutStore>().GetAsync(WorkspaceName.Default, "shared-green", Ct)).State.Baseline.Readings.Count < 2)
            await Task.Delay(50, Ct);
        for (var i = 0; i < 20; i++)
        {
            await UntilAsync(one, "blue");
            await UntilAsync(two, "blue");
        }

        await EvaluateAsync(one);
        await EvaluateAsync(two);
        var counted = await EvaluateAsync(one);

        Assert.Equal((40, 0), (counted.State.Baseline.Requests, counted.State.Baseline.Errors));
    }

    private static async Task BeginRolloutAsync(HttpClient client)
    {
        const string rollout = """
            type: rollout
            name: shared-green
            endpoint: shared
            candidate: green
            interval: 1h
            criteria: {error_rate: {maximum: 0.2}}
            steps: [{shadow: 100, minimum_samples: 10000}, {traffic: 100}]
            """;
        using var response = await client.PostAsync("/api/v1/rollouts", JsonContent.Create(new { definition = rollout }), Ct);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Ct));
    }

    private async Task<Rollout> EvaluateAsync(HttpClient client)
    {
        using var response = await client.PostAsync("/api/v1/rollouts/shared-green/evaluate", null, Ct);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Ct));
        return await _apps[0].Services.GetRequiredService<RolloutStore>().GetAsync(WorkspaceName.Default, "shared-green", Ct);
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
