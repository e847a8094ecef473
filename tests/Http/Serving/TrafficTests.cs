using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Slipway.Unit.OnnxRuntime;
using Xunit;

namespace Slipway.Http.Serving;

public sealed class TrafficTests : IAsyncLifetime
{
    private const string Endpoint = "/api/v1/online-endpoints/flights";

    private readonly ServingServer _server = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Shadows_answer_copies_that_nobody_is_told_of()
    {
        await _server.RegisterAsync("image", OnnxModels.Identity(Engines.OnnxRuntime.OnnxElementType.Float));
        await _server.PutAsync($"{Endpoint}/deployments/unfit", """{"model":"image:1"}""");
        await _server.PutAsync($"{Endpoint}/mirror", """{"mirrorTraffic":{"green":100,"unfit":100},"reason":"to compare"}""");
        for (var i = 0; i < 50; i++)
            await _server.AskAsync($"m{i}", "AA", 100);
        using var pinned = await _server.AskAsync("pinned", "AA", 100, ("azureml-model-deployment", "green"));

        var green = await _server.MirroredAsync("green", 50);
        var unfit = await _server.MirroredAsync("unfit", 50);

        Assert.Equal((50, 0), ((int)green["requests"]!, (int)green["errors"]!));
        Assert.Equal(50, (int)unfit["errors"]!);
        var found = await _server.Client.GetFromJsonAsync<JsonNode>($"{Endpoint}/predictions/m7.0", Ct);
        Assert.Equal("blue", (string?)found!["deployment"]);
        var page = await _server.Client.GetStringAsync("/metrics", Ct);
        Assert.Matches("slipway_serving_latency_seconds_bucket\\{[^}]*deployment=\"blue\",le=\"\\+Inf\"\\} 50", page);
        Assert.Contains("slipway_serving_mirror_errors_total", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deployment_that_is_deleted_is_no_shadow_any_more()
    {
        await _server.PutAsync($"{Endpoint}/mirror", """{"mirrorTraffic":{"green":100},"reason":"to compare"}""");
        using var deleted = await _server.Client.DeleteAsync($"{Endpoint}/deployments/green", Ct);

        using var answered = await _server.AskAsync("after", "AA", 100);

        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        var left = await _server.Client.GetFromJsonAsync<JsonNode>(Endpoint, Ct);
        Assert.Equal("{}", left!["mirrorTraffic"]!.ToJsonString());
    }

    [Theory]
    [InlineData("""{"mirrorTraffic":{"gren":10}}""", "Did you mean 'green'?")]
    [InlineData("""{"mirrorTraffic":{"green":101}}""", "percentage from 0 to 100")]
    [InlineData("""{"reason":"x"}""", "Mirror traffic is")]
    public async Task A_mirror_that_is_wrong_is_refused(string body, string why)
    {
        using var response = await _server.Client.PutAsync($"{Endpoint}/mirror", ServingServer.Json(body), Ct);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(why, JsonNode.Parse(await response.Content.ReadAsStringAsync(Ct))!["detail"]!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Callers_stay_with_their_deployment_and_only_those_move_that_have_to()
    {
        await _server.PutAsync($"{Endpoint}/settings", """{"affinity_header":"x-user"}""");
        await TrafficAsync(70, 30);
        var first = await WhoAsync();
        var again = await WhoAsync();
        await TrafficAsync(40, 60);
        var later = await WhoAsync();

        Assert.Equal(first, again);
        // 200 callers of 30 %: 60 and five standard deviations.
        Assert.InRange(first.Count(who => who == "green"), 28, 92);
        Assert.InRange(later.Count(who => who == "green"), 85, 155);
        Assert.All(first.Zip(later), pair => Assert.True(pair.First == pair.Second || pair.Second == "green"));

        async Task<List<string>> WhoAsync()
        {
            var all = new List<string>();
            for (var i = 0; i < 200; i++)
            {
                using var response = await _server.AskAsync($"u{i}", "AA", 100, ("x-user", $"user-{i}"));
                all.Add(response.Headers.GetValues("slipway-deployment").Single());
            }

            return all;
        }
    }

    [Fact]
    public async Task An_endpoint_with_keys_answers_only_who_has_one()
    {
        await _server.PutAsync($"{Endpoint}/settings", """{"auth_mode":"key"}""");
        var keys = await PostAsync("credentials", "{}");
        var (primary, secondary) = (keys["primaryKey"]!.ToString(), keys["secondaryKey"]!.ToString());

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(null));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync("a guess"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(primary));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(secondary));

        using var regenerated = await _server.Client.PostAsync($"{Endpoint}/regenerate-keys", ServingServer.Json("""{"keyType":"primary"}"""), Ct);

        Assert.Equal(HttpStatusCode.NoContent, regenerated.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(primary));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(secondary));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync((await PostAsync("credentials", "{}"))["primaryKey"]!.ToString()));
        await _server.RestartAsync();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(secondary));
    }

    [Fact]
    public async Task An_endpoint_with_tokens_takes_no_key()
    {
        await _server.PutAsync($"{Endpoint}/settings", """{"auth_mode":"key"}""");
        var key = (await PostAsync("credentials", "{}"))["primaryKey"]!.ToString();
        await _server.PutAsync($"{Endpoint}/settings", """{"auth_mode":"aml_token"}""");
        var token = await PostAsync("credentials", "{}");

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(token["accessToken"]!.ToString()));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(key));
        Assert.Equal("Bearer", token["tokenType"]!.ToString());
    }

    [Fact]
    public async Task A_request_that_takes_too_long_is_given_up_and_others_are_answered()
    {
        await _server.RegisterAsync("slow", OnnxModels.Products(6000));
        await _server.PutAsync($"{Endpoint}/deployments/slow", """{"model":"slow:1","settings":{"request_timeout_ms":1}}""");
        var rows = string.Join(',', Enumerable.Repeat("1", 64 * 64));

        using var late = await _server.InferAsync(
            $$"""{"inputs":[{"name":"x","shape":[64,64],"datatype":"FP32","data":[{{rows}}]}]}""", "/endpoints/flights/v2/models/slow/versions/1/infer");
        using var other = await _server.AskAsync("other", "AA", 100);

        Assert.Equal(HttpStatusCode.GatewayTimeout, late.StatusCode);
        Assert.Contains("did not answer within 1 ms", await late.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    private Task TrafficAsync(int blue, int green) =>
        _server.PutAsync($"{Endpoint}/traffic", $$"""{"traffic":{"blue":{{blue}},"green":{{green}}},"reason":"test"}""");

    private async Task<JsonNode> PostAsync(string route, string body)
    {
        using var response = await _server.Client.PostAsync($"{Endpoint}/{route}", ServingServer.Json(body), Ct);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Ct));
        return (await response.Content.ReadFromJsonAsync<JsonNode>(Ct))!;
    }

    private async Task<HttpStatusCode> StatusAsync(string? key)
    {
        using var response = key is null
            ? await _server.AskAsync("k", "AA", 100)
            : await _server.AskAsync("k", "AA", 100, ("Authorization", new AuthenticationHeaderValue("Bearer", key).ToString()));
        return response.StatusCode;
    }
}
