using System.Net;
using Slipway.Shared;
using Xunit;

namespace Slipway.Http.Serving;

/// <summary>A server with a script, a script that reads requests, and a model of MLflow's that needs no package.</summary>
public sealed class PythonServer : IAsyncLifetime
{
    public const string Settings = """{"runtime":"python","concurrency":2,"request_timeout_ms":4000,"memory_mb":1024}""";

    private const string Script =
        """
        import json, os, sys, time

        def init():
            global scale
            with open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "scale.txt")) as file:
                scale = int(file.read())
            print("the scale is", scale)

        def run(raw_data):
            request = json.loads(raw_data)
            what = request["do"]
            while "when" in request and not os.path.exists(request["when"]):
                time.sleep(0.001)
            if what == "wait":
                return "waited"
            if what == "echo":
                return request["x"]
            if what == "scale":
                return request["x"] * scale
            if what == "throw":
                raise ValueError("not today")
            if what == "quit":
                sys.exit(1)
            if what == "die":
                os._exit(3)
            if what == "orphan":
                if os.fork() == 0:
                    time.sleep(600)
                os._exit(3)
            if what == "hang":
                time.sleep(600)
            if what == "eat":
                return len(bytearray(1 << 33))
            if what == "nonsense":
                return object()
            if what == "print":
                for _ in range(20000):
                    print("x" * 999)
                return "printed"
            if what == "fork":
                return "parent" if os.fork() else "child"
        """;

    private readonly TempFolder _folder = new();

    public ServingServer Server { get; } = new();

    /// <summary>For what scripts wait for.</summary>
    public string File(string name) => _folder.File(name);

    public async ValueTask InitializeAsync()
    {
        await Server.InitializeAsync();
        await Server.RegisterFilesAsync("script", null, ("score.py", Script), ("scale.txt", "3"));
        await Server.RegisterFilesAsync("broken", null, ("score.py", "1 / 0"));
        await Server.RegisterFilesAsync("unready", null, ("score.py", "def init():\n    raise RuntimeError('no weights')\ndef run(raw_data):\n    return 1"));
        await Server.RegisterFilesAsync("sleepy", null, ("score.py", "import time\nprint('I sleep')\ntime.sleep(600)"));
        await Server.RegisterFilesAsync("nothing", null, ("readme.txt", ""));
        await Server.RegisterFilesAsync("raw", null, ("score.py",
            """
            from azureml.contrib.services.aml_request import AMLRequest, rawhttp
            from azureml.contrib.services.aml_response import AMLResponse

            @rawhttp
            def run(request):
                if "json" in request.full_path:
                    return AMLResponse({"a": [1]}, 200, {"x-own": "yes"}, json_str=True)
                text = f"{request.method} {request.full_path} {len(request.get_data())}"
                return AMLResponse(text, 202, {"x-own": "yes", "Content-Type": "text/plain", "Connection": "close"})
            """));
        await Server.RegisterFilesAsync(
            "pyfunc",
            null,
            ("MLmodel",
            """
            flavors:
              python_function:
                loader_module: own_loader
                code: code
                data: data
                env: {conda: conda.yaml}
            signature:
              inputs: '[{"type":"double","name":"x","required":true},{"type":"string","name":"word","required":true}]'
              outputs: '[{"type":"tensor","tensor-spec":{"dtype":"float64","shape":[-1]}}]'
            """),
            ("data/factor.txt", "2"),
            ("code/own_loader.py",
            """
            import os

            class Model:
                def __init__(self, factor):
                    self.factor = factor

                def predict(self, table):
                    if hasattr(table, "to_dict"):
                        table = table[["x", "word"]].values.tolist()
                    return [{}[x] if x == 13 else self.factor * x + len(word) for x, word in table]

            def _load_pyfunc(path):
                with open(os.path.join(path, "factor.txt")) as file:
                    return Model(float(file.read()))
            """));
        await Server.DeployAsync("script", "script:1", Settings);
        await Server.DeployAsync("raw", "raw:1", """{"runtime":"python","concurrency":1}""");
        await Server.DeployAsync("pyfunc", "pyfunc:1", """{"runtime":"python","concurrency":1,"max_batch":8}""");
    }

    public async Task<(HttpStatusCode Status, string Answer)> AskAsync(string path, string body)
    {
        using var response = await Server.Client.PostAsync($"/endpoints/{path}", ServingServer.Json(body), TestContext.Current.CancellationToken);
        return (response.StatusCode, (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Replace("\\u0027", "'", StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _folder.Dispose();
    }
}
