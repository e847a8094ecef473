using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Slipway.Shared;
using Xunit;

namespace Slipway.Http.Serving;

public sealed class InferTests(ServingServer server) : IClassFixture<ServingServer>
{
    private const string TwoRows =
        """
        {"id":"r1","parameters":{"event_time":"2001-01-31T08:00:00Z"},"inputs":[
          {"name":"carrier","shape":[2,1],"datatype":"BYTES","data":["AA","UA"]},
          {"name":"distance","shape":[2,1],"datatype":"FP32","data":[100,1000.5]}]}
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rows_are_answered_in_the_form_of_the_protocol()
    {
        using var response = await server.InferAsync(TwoRows);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("blue", Assert.Single(response.Headers.GetValues("slipway-deployment")));
        await Golden.MatchAsync(await response.Content.ReadAsStringAsync(Ct), "infer.json");
    }

    [Theory]
    [InlineData("", "server.json")]
    [InlineData("/health/live", "live.json")]
    [InlineData("/health/ready", "ready.json")]
    [InlineData("/models/late", "model.json")]
    [InlineData("/models/late/ready", "model-ready.json")]
    [InlineData("/models/late/versions/2", "model-version.json")]
    [InlineData("/models/late/versions/2/ready", "model-version-ready.json")]
    public async Task The_server_and_its_models_describe_themselves(string path, string golden)
    {
        var answer = await server.Client.GetStringAsync("/endpoints/flights/v2" + path, Ct);

        await Golden.MatchAsync(answer, golden);
    }

    [Fact]
    public async Task Fields_in_any_order_and_lists_in_lists_are_the_same_request()
    {
        var usual = await AnswerAsync(TwoRows);
        var other = await AnswerAsync(
            """
            {"inputs":[
              {"data":[[100],[1000.5]],"datatype":"FP32","name":"distance","shape":[2,1]},
              {"shape":[2],"data":["\u0041A","UA"],"name":"carrier","datatype":"BYTES","parameters":{"x":[1,{}]}}],
             "unknown":[[]],"parameters":{"event_time":"2001-01-31T10:00:00+02:00"},"id":"r1"}
            """);

        Assert.Equal(usual, other);
    }

    [Fact]
    public async Task Only_the_outputs_that_are_asked_for_are_sent()
    {
        var answer = await AnswerAsync(TwoRows.TrimEnd()[..^1] + ""","outputs":[{"name":"probabilities"}]}""");

        Assert.Equal("probabilities", JsonNode.Parse(answer)!["outputs"]!.AsArray().Single()!["name"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_version_in_the_address_and_a_deployment_in_the_header_pin()
    {
        using var byVersion = await server.InferAsync(TwoRows, "/endpoints/flights/v2/models/late/versions/2/infer");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/endpoints/flights/v2/models/late/infer")
        {
            Content = ServingServer.Json(TwoRows),
            Headers = { { "azureml-model-deployment", "green" } },
        };
        using var byHeader = await server.Client.SendAsync(request, Ct);

        Assert.Equal("green", Assert.Single(byVersion.Headers.GetValues("slipway-deployment")));
        Assert.Equal("green", Assert.Single(byHeader.Headers.GetValues("slipway-deployment")));
    }

    [Fact]
    public async Task What_a_client_writes_as_null_is_not_said()
    {
        using var answer = await server.InferAsync(
            """
            {"id":null,"parameters":null,"outputs":null,
             "inputs":[{"name":"carrier","shape":[1,1],"datatype":"BYTES","parameters":null,"data":["AA"]},{"name":"distance","shape":[1,1],"datatype":"FP32","data":[100]}]}
            """);
        using var chosen = await server.InferAsync(
            """
            {"outputs":[{"name":"label","parameters":null}],
             "inputs":[{"name":"carrier","shape":[1,1],"datatype":"BYTES","data":["AA"]},{"name":"distance","shape":[1,1],"datatype":"FP32","data":[100]}]}
            """);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (answer.StatusCode, chosen.StatusCode));
        Assert.Equal(2, JsonNode.Parse(await answer.Content.ReadAsStringAsync(Ct))!["outputs"]!.AsArray().Count);
        Assert.Single(JsonNode.Parse(await chosen.Content.ReadAsStringAsync(Ct))!["outputs"]!.AsArray());
    }

    [Theory]
    [InlineData("not-json", "late: 10 rows")]
    [InlineData("cut-off", """{"inputs":[{"name":"carrier","shape":[1,1]""")]
    [InlineData("no-object", "[1]")]
    [InlineData("no-inputs", """{"id":"x","input":[]}""")]
    [InlineData("after-the-end", """{"inputs":[]} {}""")]
    [InlineData("missing-input", """{"inputs":[{"name":"carrier","shape":[1,1],"datatype":"BYTES","data":["AA"]}]}""")]
    [InlineData("wrong-name", """{"inputs":[{"name":"carier","shape":[1,1],"datatype":"BYTES","data":["AA"]}]}""")]
    [InlineData("given-twice", """{"inputs":[{"name":"carrier","shape":[1,1],"datatype":"BYTES","data":["AA"]},{"name":"carrier"}]}""")]
    [InlineData("said-twice", """{"inputs":[{"name":"carrier","shape":[1,1],"shape":[1,1]}]}""")]
    [InlineData("inputs-twice", """{"inputs":[],"inputs":[]}""")]
    [InlineData("wrong-datatype", """{"inputs":[{"name":"distance","shape":[1,1],"datatype":"FP64","data":[1]}]}""")]
    [InlineData("wrong-rank", """{"inputs":[{"name":"distance","shape":[1,1,1],"datatype":"FP32","data":[1]}]}""")]
    [InlineData("wrong-shape", """{"inputs":[{"name":"distance","shape":[1,2],"datatype":"FP32","data":[1,2]}]}""")]
    [InlineData("too-little-data", """{"inputs":[{"name":"distance","shape":[3,1],"datatype":"FP32","data":[1,2]}]}""")]
    [InlineData("too-much-data", """{"inputs":[{"name":"distance","shape":[1,1],"datatype":"FP32","data":[1,2]}]}""")]
    [InlineData("ragged-data", """{"inputs":[{"name":"distance","shape":[2,1],"datatype":"FP32","data":[[1,2]]}]}""")]
    [InlineData("no-data", """{"inputs":[{"name":"distance","shape":[1,1],"datatype":"FP32"}]}""")]
    [InlineData("no-rows", """{"inputs":[{"name":"distance","shape":[0,1],"datatype":"FP32","data":[]}]}""")]
    [InlineData("other-rows", """{"inputs":[{"name":"carrier","shape":[1,1],"datatype":"BYTES","data":["AA"]},{"name":"distance","shape":[2,1],"datatype":"FP32","data":[1,2]}]}""")]
    [InlineData("text-for-number", """{"inputs":[{"name":"distance","shape":[1,1],"datatype":"FP32","data":["far"]}]}""")]
    [InlineData("number-for-text", """{"inputs":[{"name":"carrier","shape":[1,1],"datatype":"BYTES","data":[1]}]}""")]
    [InlineData("nan", """{"inputs":[{"name":"distance","shape":[1,1],"datatype":"FP32","data":[NaN]}]}""")]
    [InlineData("infinite", """{"inputs":[{"name":"distance","shape":[1,1],"datatype":"FP32","data":[1e999]}]}""")]
    [InlineData("half-a-character", """{"inputs":[{"name":"carrier","shape":[1,1],"datatype":"BYTES","data":["\ud800"]}]}""")]
    [InlineData("negative-shape", """{"inputs":[{"name":"distance","shape":[-1,1],"datatype":"FP32","data":[1]}]}""")]
    [InlineData("unknown-output", """{"outputs":[{"name":"probabilites"}],"inputs":[]}""")]
    [InlineData("bad-id", """{"id":"a@b","inputs":[]}""")]
    [InlineData("bad-time", """{"parameters":{"event_time":"2001-01-31T08:00:00"},"inputs":[]}""")]
    public async Task A_request_that_is_wrong_is_told_why_in_one_sentence(string name, string body)
    {
        using var response = await server.InferAsync(body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        await Golden.MatchAsync(await response.Content.ReadAsStringAsync(Ct), $"refused-{name}.json");
    }

    [Fact]
    public async Task A_huge_tensor_that_is_only_announced_is_refused_at_once()
    {
        using var response = await server.InferAsync(
            """{"inputs":[{"name":"distance","shape":[9223372036854775807,1],"datatype":"FP32","data":[1]}]}""");

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        await Golden.MatchAsync(await response.Content.ReadAsStringAsync(Ct), "refused-huge.json");
    }

    [Theory]
    [InlineData("""{"inputs":[{"name":"distance","shape":[536870912,1],"datatype":"FP32","data":[1]}]}""", HttpStatusCode.RequestEntityTooLarge)]
    [InlineData("""{"inputs":[{"name":"distance","shape":[65536,8192],"datatype":"FP32","data":[1]}]}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"inputs":[{"name":"distance","shape":[536870912,1],"datatype":"FP32","parameters":{"binary_data_size":2147483648}}]}""", HttpStatusCode.RequestEntityTooLarge)]
    [InlineData("""{"inputs":[{"name":"carrier","shape":[1,1],"datatype":"BYTES","data":["AA"]},{"name":"distance","shape":[1,1],"datatype":"FP32","parameters":{"binary_data_size":2147483648}}]}""", HttpStatusCode.BadRequest)]
    public async Task Two_gigabytes_that_a_hundred_bytes_announce_are_refused_and_others_are_answered(string body, HttpStatusCode expected)
    {
        using var response = await server.InferAsync(body);
        using var other = await server.AskAsync("other", "AA", 100);

        Assert.Equal((expected, HttpStatusCode.OK), (response.StatusCode, other.StatusCode));
        Assert.NotNull(JsonNode.Parse(await response.Content.ReadAsStringAsync(Ct))!["error"]);
    }

    [Fact]
    public async Task A_body_over_the_limit_is_refused()
    {
        // The server answers before it has read the body, and a client that still sends may never see the answer.
        using var request = new HttpRequestMessage(HttpMethod.Post, "/endpoints/flights/v2/models/late/infer")
        {
            Content = new StringContent(new string(' ', 2 * 1024 * 1024)),
        };
        request.Headers.ExpectContinue = true;
        using var response = await server.Client.SendAsync(request, Ct);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.NotNull(JsonNode.Parse(await response.Content.ReadAsStringAsync(Ct))!["error"]);
    }

    [Fact]
    public async Task Deep_nesting_is_refused()
    {
        var nested = new string('[', 10_000);

        using var skipped = await server.InferAsync($$"""{"x":{{nested}}""");
        using var data = await server.InferAsync(
            $$"""{"inputs":[{"name":"distance","shape":[1,1],"datatype":"FP32","data":{{nested}}""");

        Assert.Equal(HttpStatusCode.BadRequest, skipped.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, data.StatusCode);
    }

    [Theory]
    [InlineData("/endpoints/flihgts/v2/models/late/infer", "refused-endpoint.json")]
    [InlineData("/endpoints/flights/v2/models/lat/infer", "refused-model.json")]
    [InlineData("/endpoints/flights/v2/models/late/versions/7/infer", "refused-version.json")]
    public async Task What_is_not_there_is_not_found(string path, string golden)
    {
        using var response = await server.InferAsync(TwoRows, path);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        await Golden.MatchAsync(await response.Content.ReadAsStringAsync(Ct), golden);
    }

    [Fact]
    public async Task Many_requests_at_once_are_each_answered_with_their_own_rows()
    {
        await Parallel.ForEachAsync(Enumerable.Range(1, 200), Ct, async (number, ct) =>
        {
            var rows = (number % 7) + 1;
            var far = number % 2 == 0;
            var body = new StringBuilder($$"""{"inputs":[{"name":"carrier","shape":[{{rows}}],"datatype":"BYTES","data":[""")
                .AppendJoin(',', Enumerable.Repeat("\"UA\"", rows))
                .Append($$"""]},{"name":"distance","shape":[{{rows}}],"datatype":"FP32","data":[""")
                .AppendJoin(',', Enumerable.Repeat(far ? 900 : 100, rows)).Append("]}]}");
            using var response = await server.InferAsync(body.ToString());
            var late = JsonNode.Parse(await response.Content.ReadAsStringAsync(ct))!["outputs"]![1]!["data"]!.AsArray();

            Assert.Equal(rows * 2, late.Count);
            Assert.All(Enumerable.Range(0, rows), row => Assert.Equal(far ? 0.75 : 0.5, late[(row * 2) + 1]!.GetValue<double>(), 5));
        });
    }

    private async Task<string> AnswerAsync(string body)
    {
        using var response = await server.InferAsync(body);
        var answer = await response.Content.ReadAsStringAsync(Ct);
        Assert.True(response.IsSuccessStatusCode, answer);
        return answer;
    }
}
