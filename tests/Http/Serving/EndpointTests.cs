using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Registry.Contracts;
using Slipway.Serving.Contracts;
using Xunit;

namespace Slipway.Http.Serving;

public sealed class EndpointTests : IAsyncLifetime
{
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
    public async Task A_server_serves_after_a_restart_what_it_served_before_and_keeps_what_it_had_collected()
    {
        using var before = await _server.InferAsync("""{"id":"early",""" + OneRow.TrimStart()[1..]);
        Assert.Equal(HttpStatusCode.OK, before.StatusCode);

        await _server.RestartAsync();

        using var after = await _server.InferAsync(OneRow);
        Assert.Equal("blue", Assert.Single(after.Headers.GetValues("slipway-deployment")));
        using var found = await _server.Client.GetAsync("/api/v1/online-endpoints/flights/predictions/early.0", Ct);
        Assert.Equal(HttpStatusCode.OK, found.StatusCode);
    }

    [Fact]
    public async Task A_canary_gets_its_share_then_all_and_the_history_says_why()
    {
        await TrafficAsync("""{"traffic":{"blue":90,"green":10},"reason":"canary of version 2"}""");
        var greens = 0;
        for (var i = 0; i < 400; i++)
        {
            using var response = await _server.InferAsync(OneRow);
            greens += response.Headers.GetValues("slipway-deployment").Single() == "green" ? 1 : 0;
        }

        var stats = await _server.Client.GetFromJsonAsync<DeploymentStats>("/api/v1/online-endpoints/flights/deployments/green/stats", Ct);
        await TrafficAsync("""{"traffic":{"green":100},"reason":"its answers hold"}""");
        using var last = await _server.InferAsync(OneRow);
        var history = await _server.Services.GetRequiredService<IModelHistory>().ListAsync(ServingServer.Caller, "late", Ct);

        // 400 draws of 10 %: 40 and six standard deviations.
        Assert.InRange(greens, 4, 76);
        Assert.Equal((greens, greens, 0), (stats!.Requests, stats.Rows, stats.Errors));
        Assert.True(stats.P99Milliseconds >= stats.P50Milliseconds && stats.P50Milliseconds > 0);
        Assert.Equal("green", Assert.Single(last.Headers.GetValues("slipway-deployment")));
        Assert.Equal(
            [
                "registered 1", "registered 2", "deployed 1", "deployed 2", "traffic 1", "traffic 1", "traffic 2", "retired 1", "traffic 2",
            ],
            history.Select(happened => $"{happened.Act} {happened.Number}"));
        Assert.Equal("100 % of flights (green): its answers hold", history[^1].Reason);
    }

    [Theory]
    [InlineData("""{"traffic":{"blue":90,"green":20},"reason":"x"}""", HttpStatusCode.BadRequest, "sums to 110")]
    [InlineData("""{"traffic":{"blu":100},"reason":"x"}""", HttpStatusCode.BadRequest, "Did you mean 'blue'?")]
    [InlineData("""{"traffic":{"blue":120,"green":-20},"reason":"x"}""", HttpStatusCode.BadRequest, "percentage from 0 to 100")]
    [InlineData("""{"traffic":{"blue":100}}""", HttpStatusCode.BadRequest, "Say why")]
    [InlineData("""{"reason":"x"}""", HttpStatusCode.BadRequest, "Traffic is")]
    public async Task A_split_that_is_wrong_is_refused_and_changes_nothing(string body, HttpStatusCode status, string why)
    {
        using var response = await _server.Client.PutAsync("/api/v1/online-endpoints/flights/traffic", ServingServer.Json(body), Ct);

        Assert.Equal(status, response.StatusCode);
        Assert.Contains(why, (await ProblemAsync(response))!, StringComparison.Ordinal);
        var endpoint = await _server.Client.GetFromJsonAsync<JsonNode>("/api/v1/online-endpoints/flights", Ct);
        Assert.Equal("""{"blue":100}""", endpoint!["traffic"]!.ToJsonString());
    }

    [Fact]
    public async Task A_deployment_keeps_its_model_version_for_life()
    {
        await _server.PutAsync("/api/v1/online-endpoints/flights/deployments/blue", """{"model":"late:1"}""");
        using var other = await _server.Client.PutAsync(
            "/api/v1/online-endpoints/flights/deployments/blue", ServingServer.Json("""{"model":"late:2"}"""), Ct);

        Assert.Equal(HttpStatusCode.Conflict, other.StatusCode);
    }

    [Fact]
    public async Task A_deployment_with_traffic_is_not_deleted_and_one_without_it_is()
    {
        using var busy = await _server.Client.DeleteAsync("/api/v1/online-endpoints/flights/deployments/blue", Ct);
        using var idle = await _server.Client.DeleteAsync("/api/v1/online-endpoints/flights/deployments/green", Ct);
        using var pinned = await _server.InferAsync(OneRow, "/endpoints/flights/v2/models/late/versions/2/infer");

        Assert.Equal(HttpStatusCode.Conflict, busy.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, idle.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, pinned.StatusCode);
    }

    [Fact]
    public async Task An_endpoint_is_deleted_with_its_deployments_and_what_it_collected_stays()
    {
        using var asked = await _server.InferAsync("""{"id":"kept",""" + OneRow.TrimStart()[1..]);
        await TrafficAsync("""{"traffic":{},"reason":"the season is over"}""");
        using var silent = await _server.InferAsync(OneRow);
        using var deleted = await _server.Client.DeleteAsync("/api/v1/online-endpoints/flights", Ct);
        using var gone = await _server.InferAsync(OneRow);
        using var found = await _server.Client.GetAsync("/api/v1/online-endpoints/flights/predictions/kept.0", Ct);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, silent.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        Assert.Equal(HttpStatusCode.OK, found.StatusCode);
    }

    [Fact]
    public async Task A_model_that_is_not_ONNX_fails_to_deploy_and_says_so()
    {
        await _server.RegisterAsync("text", "this is no model"u8.ToArray());

        using var response = await _server.Client.PutAsync(
            "/api/v1/online-endpoints/flights/deployments/red", ServingServer.Json("""{"model":"text:1"}"""), Ct);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("is not an ONNX model", await ProblemAsync(response), StringComparison.Ordinal);
        var red = await _server.Client.GetFromJsonAsync<JsonNode>("/api/v1/online-endpoints/flights/deployments/red", Ct);
        Assert.Equal("Failed", red!["state"]!.GetValue<string>());
        using var traffic = await _server.Client.PutAsync(
            "/api/v1/online-endpoints/flights/traffic", ServingServer.Json("""{"traffic":{"red":100},"reason":"x"}"""), Ct);
        Assert.Equal(HttpStatusCode.Conflict, traffic.StatusCode);
    }

    [Fact]
    public async Task Requests_rows_and_errors_are_on_the_metrics_page()
    {
        // The page shows all servers of this process; the name tells this one from those of other tests.
        await _server.PutAsync("/api/v1/online-endpoints/flights/deployments/measured", """{"model":"late:1"}""");
        await TrafficAsync("""{"traffic":{"measured":100},"reason":"to be measured"}""");
        using var good = await _server.InferAsync(OneRow);
        using var bad = await _server.InferAsync("{}");

        var page = await _server.Client.GetStringAsync("/metrics", Ct);

        Assert.Matches("slipway_serving_requests_total\\{[^}]*deployment=\"measured\"[^}]*\\} 2", page);
        Assert.Matches("slipway_serving_errors_total\\{[^}]*deployment=\"measured\"[^}]*\\} 1", page);
        Assert.Matches("slipway_serving_rows_total\\{[^}]*deployment=\"measured\"[^}]*\\} 1", page);
        Assert.Matches("slipway_serving_model_memory_bytes\\{[^}]*deployment=\"measured\"[^}]*\\} [1-9]", page);
    }

    [Fact]
    public async Task No_request_fails_while_traffic_moves_and_deployments_come_and_go()
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
        for (var round = 0; round < 5; round++)
        {
            await _server.PutAsync($"/api/v1/online-endpoints/flights/deployments/new{round}", """{"model":"late:2"}""");
            await TrafficAsync($$"""{"traffic":{"new{{round}}":100},"reason":"round"}""");
            await TrafficAsync("""{"traffic":{"blue":50,"green":50},"reason":"back"}""");
            using var deleted = await _server.Client.DeleteAsync($"/api/v1/online-endpoints/flights/deployments/new{round}", Ct);
            Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        }

        await done.CancelAsync();

        Assert.All(await asking, count => Assert.True(count > 0));
    }

    private Task<JsonNode> TrafficAsync(string body) => _server.PutAsync("/api/v1/online-endpoints/flights/traffic", body);

    private static async Task<string?> ProblemAsync(HttpResponseMessage response) =>
        JsonNode.Parse(await response.Content.ReadAsStringAsync(Ct))?["detail"]?.GetValue<string>();
}
