using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Slipway.Http.Serving;

public sealed class RepositoryTests : IAsyncLifetime
{
    private const string V2 = "/endpoints/flights/v2";

    private const string OneRow =
        """
        {"inputs":[{"name":"carrier","shape":[1,1],"datatype":"BYTES","data":["AA"]},
                   {"name":"distance","shape":[1,1],"datatype":"FP32","data":[100]}]}
        """;

    private readonly ServingServer _server = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task The_index_lists_what_is_deployed_and_whether_it_answers()
    {
        Assert.Equal(
            """[{"name":"late","version":"1","state":"READY","reason":""},{"name":"late","version":"2","state":"READY","reason":""}]""",
            await IndexAsync("{}"));
    }

    [Fact]
    public async Task A_model_without_traffic_is_put_out_of_memory_and_back()
    {
        await _server.PutAsync("/api/v1/online-endpoints/flights/traffic", """{"traffic":{},"reason":"pause"}""");

        using var unloaded = await _server.Client.PostAsync($"{V2}/repository/models/late/unload", null, Ct);
        using var refused = await _server.InferAsync(OneRow);
        var ready = await IndexAsync("""{"ready":true}""");
        using var loaded = await _server.Client.PostAsync($"{V2}/repository/models/late/load", null, Ct);
        using var pinned = await _server.InferAsync(OneRow, $"{V2}/models/late/versions/2/infer");

        Assert.Equal(HttpStatusCode.OK, unloaded.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
        Assert.Equal("[]", ready);
        Assert.Equal(HttpStatusCode.OK, loaded.StatusCode);
        Assert.Equal(HttpStatusCode.OK, pinned.StatusCode);
    }

    [Theory]
    [InlineData("load", """{"parameters":{"config":"{}"}}""", "'config' is no parameter here")]
    [InlineData("unload", """{"parameters":{"unload_dependents":true,"force":true}}""", "'force' is no parameter here")]
    [InlineData("load", """{"parameters":{"\ud800":1}}""", "not JSON")]
    [InlineData("load", "{", "not JSON")]
    [InlineData("load", "[]", "not a JSON object")]
    public async Task What_a_load_would_pass_over_is_refused(string verb, string body, string words)
    {
        using var refused = await _server.Client.PostAsync($"{V2}/repository/models/late/{verb}", ServingServer.Json(body), Ct);

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains(words, await refused.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_with_traffic_is_not_unloaded()
    {
        using var response = await _server.Client.PostAsync($"{V2}/repository/models/late/unload", null, Ct);
        using var unknown = await _server.Client.PostAsync($"{V2}/repository/models/nothing/load", null, Ct);

        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task No_request_fails_while_its_model_is_loaded_anew_again_and_again()
    {
        using var done = new CancellationTokenSource();
        var asking = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(
            async () =>
            {
                var count = 0;
                for (; !done.IsCancellationRequested; count++)
                {
                    using var response = await _server.InferAsync(OneRow);
                    Assert.Equal(HttpStatusCode.OK, response.StatusCode);
                }

                return count;
            },
            Ct)));
        for (var round = 0; round < 10; round++)
        {
            using var loaded = await _server.Client.PostAsync($"{V2}/repository/models/late/load", null, Ct);
            Assert.Equal(HttpStatusCode.OK, loaded.StatusCode);
        }

        await done.CancelAsync();

        Assert.All(await asking, count => Assert.True(count > 0));
    }

    [Fact]
    public async Task Statistics_count_answers_rows_and_failures()
    {
        using var good = await _server.InferAsync(OneRow);
        using var bad = await _server.InferAsync("{}");

        var stats = (await _server.Client.GetFromJsonAsync<JsonNode>($"{V2}/models/late/versions/1/stats", Ct))!["model_stats"]![0]!;
        var all = (await _server.Client.GetFromJsonAsync<JsonNode>($"{V2}/models/stats", Ct))!["model_stats"]!.AsArray();

        Assert.Equal(("late", "1"), ((string?)stats["name"], (string?)stats["version"]));
        Assert.Equal((1, 1), ((int)stats["inference_count"]!, (int)stats["execution_count"]!));
        Assert.Equal(1, (int)stats["inference_stats"]!["fail"]!["count"]!);
        Assert.True((long)stats["inference_stats"]!["compute_infer"]!["ns"]! > 0);
        Assert.True((long)stats["last_inference"]! > 1_700_000_000_000);
        Assert.Equal(["1", "2"], all.Select(found => (string?)found!["version"]));
    }

    [Fact]
    public async Task Settings_are_kept_and_a_change_swaps_the_deployment()
    {
        var before = await _server.PutAsync(
            "/api/v1/online-endpoints/flights/deployments/blue", """{"model":"late:1","settings":{"threads":2,"concurrency":3}}""");
        using var wrong = await _server.Client.PutAsync(
            "/api/v1/online-endpoints/flights/deployments/red", ServingServer.Json("""{"model":"late:1","settings":{"runtime":"onx"}}"""), Ct);
        using var answered = await _server.InferAsync(OneRow);

        Assert.Equal((2, 3), ((int)before["settings"]!["threads"]!, (int)before["settings"]!["concurrency"]!));
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        Assert.Contains("There are: onnx, proxy, python.", await wrong.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, answered.StatusCode);
    }

    private async Task<string> IndexAsync(string body)
    {
        using var response = await _server.Client.PostAsync($"{V2}/repository/index", ServingServer.Json(body), Ct);
        return await response.Content.ReadAsStringAsync(Ct);
    }
}
