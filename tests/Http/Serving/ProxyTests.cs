using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Slipway.Engines.OnnxRuntime;
using Slipway.Unit.OnnxRuntime;
using Xunit;

namespace Slipway.Http.Serving;

[Collection(Shared)]
public sealed class ProxyTests(ProxyTests.ProxyServers servers)
{
    /// <summary>Tests of one server, which may call private addresses because it was started while the environment said so.</summary>
    internal const string Shared = "a server that calls others";

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

    [CollectionDefinition(Shared)]
    public sealed class Together : ICollectionFixture<ProxyServers>;

    /// <summary>A server with deployments that are answered by itself, by a small server of the Open Inference Protocol, and by one like MLflow's.</summary>
    public sealed class ProxyServers : IAsyncLifetime
    {
        private const string Serve =
            """
            import http.server, json, os, sys

            class Handler(http.server.BaseHTTPRequestHandler):
                protocol_version = "HTTP/1.1"

                def log_message(self, *words):
                    pass

                def answer(self, status, body, type="application/json"):
                    body = body if isinstance(body, bytes) else json.dumps(body).encode()
                    self.send_response(status)
                    self.send_header("Content-Type", type)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)

                def do_GET(self):
                    self.answer(*get(self.path))

                def do_POST(self):
                    self.answer(*post(self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"]))), self.headers))

            def serve():
                server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
                print("listening", flush=True)
                server.serve_forever()

            """;

        private const string Mlflow = Serve +
            """
            healthy = True

            def get(path):
                if not healthy:
                    return 500, {"message": "deaf"}
                return (200, b"\n", "text/plain") if path == "/ping" else (404, {"message": "nothing here"})

            def post(path, body, headers):
                if "die" in body:
                    os._exit(1)
                if "deaf" in body:
                    global healthy
                    healthy = False
                    return 200, {}
                if "path" in body:
                    return 200, path
                if "echo" in body:
                    return 200, headers[body["echo"]]
                table = body["dataframe_split"]
                rows = [dict(zip(table["columns"], row)) for row in table["data"]]
                if any(row["x"] == 13 for row in rows):
                    return 500, {"message": "no thirteens"}
                return 200, {"predictions": [float(row["x"]) + len(row["word"]) for row in rows]}

            serve()
            """;

        private const string Oip = Serve +
            """
            TENSOR = {"name": "x", "datatype": "FP64", "shape": [-1, 2]}

            def get(path):
                if path == "/v2/health/ready":
                    return 200, {"ready": True}
                if path == "/v2/models/line":
                    return 200, {"name": "line", "platform": "own", "inputs": [TENSOR], "outputs": []}
                return 404, {"error": "there is only /v2/models/line"}

            def post(path, body, headers):
                data = body["inputs"][0]["data"]
                sums = [data[i] + data[i + 1] for i in range(0, len(data), 2)]
                return 200, {"model_name": "line", "outputs": [
                    {"name": "sum", "datatype": "FP64", "shape": [len(sums)], "data": sums},
                    {"name": "word", "datatype": "BYTES", "shape": [len(sums)], "data": [str(float(value)) for value in sums]}]}

            serve()
            """;

        private const string Signature = """{"inputs":[{"name":"x","datatype":"FP64","shape":[-1,1]},{"name":"word","datatype":"BYTES","shape":[-1,1]}],"outputs":[]}""";

        public ServingServer Server { get; } = new();

        public static string Command(string protocol, string file) =>
            $$$"""{"runtime":"proxy","concurrency":2,"proxy":{"protocol":"{{{protocol}}}","command":["python3","${model}/{{{file}}}","${port}"]}}""";

        public async ValueTask InitializeAsync()
        {
            // Read when the server starts.
            Environment.SetEnvironmentVariable("Deliveries__AllowPrivateAddresses", "true");
            Environment.SetEnvironmentVariable("Deliveries__AllowHttp", "true");
            await Server.InitializeAsync();
            Environment.SetEnvironmentVariable("Deliveries__AllowPrivateAddresses", null);
            Environment.SetEnvironmentVariable("Deliveries__AllowHttp", null);
            foreach (var (model, type) in new[] { ("fp16", OnnxElementType.Float16), ("bf16", OnnxElementType.BFloat16) })
            {
                await Server.RegisterAsync(model, OnnxModels.Identity(type));
                await Server.DeployAsync(model, $"{model}:1", "{}");
            }

            await Server.DeployAsync("there", "late:1", $$$"""{"runtime":"proxy","proxy":{"url":"{{{Server.Client.BaseAddress}}}endpoints/flights"}}""");
            await Server.RegisterFilesAsync("line", null, ("oip_server.py", Oip));
            await Server.DeployAsync("oip", "line:1", Command("oip", "oip_server.py"));
            await Server.RegisterFilesAsync("mlflow", null, ("mlflow_server.py", Mlflow));
            await Server.RegisterFilesAsync("table", Signature, ("mlflow_server.py", Mlflow));
            await Server.DeployAsync("bodies", "mlflow:1", Command("mlflow", "mlflow_server.py"));
            await Server.DeployAsync("table", "table:1", Command("mlflow", "mlflow_server.py")[..^1] + ""","max_batch":8}""");
        }

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
