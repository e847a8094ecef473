using Slipway.Engines.OnnxRuntime;
using Slipway.Unit.OnnxRuntime;
using Xunit;

namespace Slipway.Http.Serving;

/// <summary>A server with deployments that are answered by itself, by a small server of the Open Inference Protocol, and by one like MLflow's.</summary>
public sealed class ProxyServers : IAsyncLifetime
{
    /// <summary>Tests of one server, which may call private addresses because it was started while the environment said so.</summary>
    internal const string Shared = "a server that calls others";

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
                self.send_header("x-route", self.path)
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
            if "heads" in body:
                return 200, dict(headers.items())
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

[CollectionDefinition(ProxyServers.Shared)]
public sealed class OneServerThatCallsOthers : ICollectionFixture<ProxyServers>;
