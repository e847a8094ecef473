using Slipway.EndToEnd.Jobs;
using Slipway.Shared;
using Xunit;

namespace Slipway.EndToEnd.CommandLine;

/// <summary>A model server of one's own behind an endpoint, as somebody at a terminal sees it.</summary>
public sealed class ProxyStoryTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_server_is_started_behind_an_endpoint_and_what_the_file_says_in_vain_is_told()
    {
        Directory.CreateDirectory(_folder.File("model"));
        await File.WriteAllTextAsync(
            _folder.File("model/server.py"),
            """
            import http.server, json, sys

            class Handler(http.server.BaseHTTPRequestHandler):
                def answer(self, body):
                    self.send_response(200)
                    self.end_headers()
                    self.wfile.write(body)

                def do_GET(self):
                    self.answer(b"\n")

                def do_POST(self):
                    table = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                    self.answer(json.dumps({"predictions": [sum(row) for row in table["dataframe_split"]["data"]]}).encode())

            print("here I am", flush=True)
            http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
            """,
            Ct);
        const string deployment = """
            name: own
            endpoint_name: sums
            model: {path: ./model, type: custom_model}
            environment: {image: "ubuntu:22.04"}
            instance_type: Standard_DS3_v2
            instance_count: 3
            liveness_probe: {initial_delay: 10}
            egress_public_network_access: disabled
            data_collector: {rolling_rate: hour, collections: {model_inputs: {enabled: 'true'}, model_outputs: {enabled: 'true'}}}
            properties:
              slipway.proxy.protocol: mlflow
              slipway.proxy.command: python3 '${model}/server.py' ${port}
            """;
        await File.WriteAllTextAsync(_folder.File("deployment.yml"), deployment, Ct);
        await File.WriteAllTextAsync(_folder.File("mistaken.yml"), deployment.Replace("proxy.protocol", "proxy.protocoll", StringComparison.Ordinal), Ct);
        await File.WriteAllTextAsync(_folder.File("request.json"), """{"dataframe_split":{"columns":["a","b"],"data":[[1,2],[3,4]]}}""", Ct);
        using var server = await ServerProcess.StartAsync(_folder.File("home"), Ct);
        var address = server.Client.Server;

        await SlipwayProgram.AskAsync(address, "online-endpoint", "create", "--name", "sums");
        var made = await RunAsync(address, "online-deployment", "create", "-f", _folder.File("deployment.yml"), "--all-traffic", "-o", "json");
        var answered = await RunAsync(address, "online-endpoint", "invoke", "-n", "sums", "-r", _folder.File("request.json"));
        var logs = await RunAsync(address, "online-deployment", "get-logs", "-n", "own", "-e", "sums");
        var mistaken = await RunAsync(address, "online-deployment", "create", "-f", _folder.File("mistaken.yml"), "-n", "other");
        var ending = await RunAsync(address, "online-deployment", "create", "-f", _folder.File("deployment.yml"), "-n", "other", "--set", "properties.slipway.proxy.command=exit 7");

        Assert.True(made.ExitCode == 0, made.Error);
        Assert.Equal(
            "Without effect here: instance_type, egress_public_network_access, instance_count (one server is started, and gets 3 times as many requests at once), environment, data_collector.rolling_rate.",
            made.Error.Trim());
        Assert.Contains("\"concurrency\": 3", made.Output, StringComparison.Ordinal);
        Assert.Contains("\"start_timeout_s\": 310", made.Output, StringComparison.Ordinal);
        Assert.Contains("[3, 7]", answered.Output, StringComparison.Ordinal);
        Assert.Contains("here I am", logs.Output, StringComparison.Ordinal);
        Assert.Equal(2, ending.ExitCode);
        Assert.Contains("ended with exit code 7 before it was ready", ending.Error, StringComparison.Ordinal);
        Assert.Equal(2, mistaken.ExitCode);
        Assert.Contains("slipway.proxy.protocoll is not known", mistaken.Error, StringComparison.Ordinal);
    }

    private static Task<Executable.Finished> RunAsync(Uri server, params IEnumerable<string> arguments) =>
        SlipwayProgram.RunAsync([.. arguments, "--server", server.ToString()]);
}
