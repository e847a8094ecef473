using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Slipway.Http.Serving;

[Collection(ProxyServers.Shared)]
public sealed class ProxyTests(ProxyServers servers)
{
    private const string Rows = """
        {"id":"a","inputs":[{"name":"carrier","shape":[2,1],"datatype":"BYTES","data":["AA","é"]},
                            {"name":"distance","shape":[2,1],"datatype":"FP32","data":[1200,null]}]}
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private ServingServer Server => servers.Server;

    [Fact]
    public async Task A_server_with_tensors_as_bytes_answers_what_the_model_itself_does_and_its_answers_are_collected()
    {
        var (_, direct) = await AskAsync("flights/v2/models/late/infer", Rows.Replace("\"a\"", "\"direct\"", StringComparison.Ordinal));

        var (status, answer) = await AskAsync("there/v2/models/late/infer", Rows);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(JsonNode.Parse(direct)!["outputs"]!.ToJsonString(), JsonNode.Parse(answer)!["outputs"]!.ToJsonString());
        var kept = await Server.Client.GetFromJsonAsync<JsonNode>("/api/v1/online-endpoints/there/predictions/a.0", Ct);
        Assert.Equal("AA", (string?)kept!["inputs"]!["carrier"]);
    }

    [Theory]
    [InlineData("oip/v2/models/line/infer", """{"id":"a","inputs":[{"name":"x","shape":[2,2],"datatype":"FP64","data":[1,2,3,4.5]}]}""", """[{"name":"sum","datatype":"FP64","shape":[2],"data":[3,7.5]},{"name":"word","datatype":"BYTES","shape":[2],"data":["3.0","7.5"]}]""")]
    public async Task A_server_that_is_started_by_a_command_says_itself_what_it_takes(string path, string body, string outputs)
    {
        var (status, answer) = await AskAsync(path, body);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(outputs, JsonNode.Parse(answer)!["outputs"]!.ToJsonString());
    }

    [Theory]
    [InlineData("table/invocations", """{"dataframe_records":[{"x":1.5,"word":"abc"},{"x":2,"word":""}]}""", """{"predictions":[4.5,2]}""")]
    [InlineData("table/score", """{"input_data":{"columns":["word","x"],"data":[["abc",1.5]]}}""", "[4.5]")]
    [InlineData("bodies/invocations", """{"dataframe_split":{"columns":["x","word"],"data":[[1.5,"abc"]]},"params":{"own":1}}""", """{"predictions": [4.5]}""")]
    public async Task A_server_of_MLflow_is_asked_by_the_versions_signature_or_with_the_body_as_it_came(string path, string body, string expected)
    {
        Assert.Equal((HttpStatusCode.OK, expected), await AskAsync(path, body));
    }

    [Fact]
    public async Task What_the_server_refuses_is_told_in_its_own_words()
    {
        var (status, answer) = await AskAsync("table/invocations", """{"dataframe_records":[{"x":13,"word":"abc"}]}""");

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("The model server answered 500: no thirteens", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_ends_is_started_anew_and_its_words_are_in_the_log()
    {
        await Server.DeployAsync("mortal", "mlflow:1", ProxyServers.Command("mlflow", "mlflow_server.py"));
        var (died, _) = await AskAsync("mortal/invocations", """{"die":1}""");

        var (status, answer) = (HttpStatusCode.ServiceUnavailable, "");
        while (status == HttpStatusCode.ServiceUnavailable)
            (status, answer) = await AskAsync("mortal/invocations", """{"dataframe_split":{"columns":["x","word"],"data":[[1,"a"]]}}""");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, died);
        Assert.Equal((HttpStatusCode.OK, """{"predictions": [2.0]}"""), (status, answer));
        var log = await Server.Client.GetStringAsync("/api/v1/online-endpoints/mortal/deployments/blue/logs", Ct);
        Assert.Equal(2, log.Split("listening").Length - 1);
    }

    [Fact]
    public async Task A_server_that_is_not_healthy_for_long_enough_is_started_anew()
    {
        await Server.DeployAsync(
            "deaf", "mlflow:1", ProxyServers.Command("mlflow", "mlflow_server.py")[..^1] + ""","probe":{"period_s":1,"timeout_s":1,"failure_threshold":1}}""");

        var (deafened, _) = await AskAsync("deaf/invocations", """{"deaf":1}""");
        var log = "";
        while (log.Split("listening").Length - 1 < 2)
            log = await Server.Client.GetStringAsync("/api/v1/online-endpoints/deaf/deployments/blue/logs", Ct);

        Assert.Equal(HttpStatusCode.OK, deafened);
        Assert.Contains("It was not healthy 1 times, one after the other; it is ended.", log, StringComparison.Ordinal);
        HttpStatusCode status;
        while ((status = (await AskAsync("deaf/invocations", """{"dataframe_split":{"columns":["x","word"],"data":[[1,"a"]]}}""")).Status) == HttpStatusCode.ServiceUnavailable)
            await Task.Delay(20, Ct);
        Assert.Equal(HttpStatusCode.OK, status);
    }

    [Fact]
    public async Task Headers_have_secrets_of_the_vault()
    {
        using var set = await Server.Client.PutAsync("/api/v1/secrets/model-key", ServingServer.Json("""{"value":"s3cret"}"""), Ct);
        Assert.True(set.IsSuccessStatusCode);
        await Server.DeployAsync(
            "keyed", "mlflow:1", """{"runtime":"proxy","proxy":{"protocol":"mlflow","command":["python3","${model}/mlflow_server.py","${port}"],"headers":{"x-key":"Bearer ${{secrets.model-key}}"}}}""");

        var (_, answer) = await AskAsync("keyed/invocations", """{"echo":"x-key"}""");

        Assert.Equal("\"Bearer s3cret\"", answer);
    }

    [Theory]
    [InlineData("""{"runtime":"proxy"}""", "needs the setting 'proxy'")]
    [InlineData("""{"runtime":"proxy","proxy":{}}""", "proxy.url is missing")]
    [InlineData("""{"runtime":"proxy","proxy":{"url":"http://127.0.0.1:1"}}""", "does not answer")]
    [InlineData("""{"runtime":"proxy","proxy":{"url":"ftp://127.0.0.1"}}""", "scheme: 'ftp'")]
    [InlineData("""{"runtime":"proxy","proxy":{"url":"http://127.0.0.1:1","protocol":"thrift"}}""", "there are oip, grpc, mlflow and plain")]
    [InlineData("""{"runtime":"proxy","proxy":{"url":"http://127.0.0.1:1","protocol":"grpc"}}""", "does not answer")]
    [InlineData("""{"runtime":"proxy","proxy":{"url":"http://127.0.0.1:1","protocol":"grpc","health":"x"}}""", "proxy.health is a path of HTTP")]
    [InlineData("""{"runtime":"proxy","proxy":{"url":"http://127.0.0.1:1","headers":{"x":"${{secrets.nowhere}}"}}}""", "the secret 'nowhere', which the vault does not have")]
    [InlineData("""{"runtime":"proxy","proxy":{"command":["python3","-c","print('no luck'); raise SystemExit(3)"]}}""", "no luck")]
    [InlineData("""{"runtime":"proxy","probe":{"start_timeout_s":1},"proxy":{"command":["sleep","600"]}}""", "was not ready within 1 seconds")]
    [InlineData("""{"runtime":"proxy","probe":{"failure_threshold":0},"proxy":{"command":["sleep","600"]}}""", "'probe.failure_threshold' of a deployment is 0")]
    [InlineData("""{"runtime":"proxy","proxy":{"command":["/nowhere/server"]}}""", "exit code 127")]
    [InlineData("""{"runtime":"proxy","proxy":{"protocol":"plain","command":["sleep","600"]}}""", "proxy.health is missing")]
    [InlineData("""{"runtime":"proxy","proxy":{"command":["sleep","600"],"container":{"image":"x"}}}""", "leave out proxy.url, proxy.command and proxy.health")]
    [InlineData("""{"runtime":"proxy","proxy":{"url":"http://127.0.0.1:1","command":["x"]}}""", "only the path below")]
    public async Task What_cannot_be_reached_or_started_is_told_when_it_is_deployed(string settings, string words)
    {
        using var response = await Server.Client.PutAsync(
            "/api/v1/online-endpoints/flights/deployments/other", ServingServer.Json($$"""{"model":"mlflow:1","settings":{{settings}}}"""), Ct);

        Assert.False(response.IsSuccessStatusCode);
        Assert.InRange((int)response.StatusCode, 400, 503);
        Assert.Contains(words, JsonNode.Parse(await response.Content.ReadAsStringAsync(Ct))!["detail"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_route_of_its_own_making_gets_bodies_as_they_come()
    {
        await Server.DeployAsync(
            "plain", "mlflow:1", """{"runtime":"proxy","proxy":{"protocol":"plain","url":"/own/route","health":"/ping","command":["python3","${model}/mlflow_server.py","${port}"]}}""");

        Assert.Equal((HttpStatusCode.OK, "\"/own/route\""), await AskAsync("plain/score", """{"path":true}"""));
    }

    [Fact]
    public async Task A_route_of_its_own_making_gets_the_callers_headers_but_those_of_the_connection_and_gives_its_own_back()
    {
        await Server.DeployAsync(
            "heads", "mlflow:1",
            """{"runtime":"proxy","proxy":{"protocol":"plain","url":"/own/route","health":"/ping","headers":{"x-key":"ours"},"command":["python3","${model}/mlflow_server.py","${port}"]}}""");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/endpoints/heads/score") { Content = ServingServer.Json("""{"heads":true}""") };
        foreach (var (name, value) in new[] { ("x-tenant", "acme"), ("X-Key", "theirs"), ("Accept-Language", "de"), ("Cookie", "a=b"), ("Connection", "x-hop"), ("x-hop", "1"), ("Accept-Encoding", "br") })
            request.Headers.TryAddWithoutValidation(name, value);

        using var response = await Server.Client.SendAsync(request, Ct);

        var heads = JsonNode.Parse(await response.Content.ReadAsStringAsync(Ct))!.AsObject().ToDictionary(head => head.Key.ToUpperInvariant(), head => (string?)head.Value);
        Assert.Equal(("acme", "ours", "de"), (heads["X-TENANT"], heads["X-KEY"], heads["ACCEPT-LANGUAGE"]));
        Assert.Empty(heads.Keys.Intersect(["COOKIE", "X-HOP", "ACCEPT-ENCODING", "AUTHORIZATION"]));
        Assert.Equal("/own/route", response.Headers.GetValues("x-route").Single());
    }

    [Fact]
    public async Task A_server_of_gRPC_answers_what_the_model_itself_does_and_refuses_in_its_own_words()
    {
        var settings = $$$"""{"runtime":"proxy","proxy":{"protocol":"grpc","headers":{"slipway-endpoint":"flights"},"url":"{{{Server.GrpcUrl}}}" } }""";
        await Server.DeployAsync("grpc", "late:1", settings);
        var (_, direct) = await AskAsync("flights/v2/models/late/infer", Rows.Replace("\"a\"", "\"direct\"", StringComparison.Ordinal));

        var (status, answer) = await AskAsync("grpc/v2/models/late/infer", Rows);
        using var refused = await Server.Client.PutAsync(
            "/api/v1/online-endpoints/flights/deployments/other",
            ServingServer.Json("{\"model\":\"late:1\",\"settings\":" + settings.Replace("\"grpc\",", "\"grpc\",\"model\":\"nobody\",", StringComparison.Ordinal) + "}"), Ct);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(JsonNode.Parse(direct)!["outputs"]!.ToJsonString(), JsonNode.Parse(answer)!["outputs"]!.ToJsonString());
        Assert.Contains("gRPC status 5: No endpoint serves model", await refused.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_the_server_does_not_have_is_told_in_its_words()
    {
        using var response = await Server.Client.PutAsync(
            "/api/v1/online-endpoints/flights/deployments/other",
            ServingServer.Json($$$$"""{"model":"late:1","settings":{"runtime":"proxy","proxy":{"url":"{{{{Server.Client.BaseAddress}}}}endpoints/flights","model":"nobody"}}}"""), Ct);

        Assert.Contains("The model server answered 404", await response.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_inside_is_not_called_unless_the_operator_says_so()
    {
        await using var guarded = new ServingServer();
        await guarded.InitializeAsync();

        using var response = await guarded.Client.PutAsync(
            "/api/v1/online-endpoints/flights/deployments/other",
            ServingServer.Json("""{"model":"late:1","settings":{"runtime":"proxy","proxy":{"url":"https://127.0.0.1:1"}}}"""), Ct);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("non-public IP address", await response.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    private async Task<(HttpStatusCode Status, string Answer)> AskAsync(string path, string body)
    {
        using var response = await Server.Client.PostAsync($"/endpoints/{path}", ServingServer.Json(body), Ct);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Ct));
    }
}
