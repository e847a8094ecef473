using System.Net.Sockets;
using Slipway.EndToEnd.Jobs;
using Slipway.Shared;
using Xunit;

namespace Slipway.EndToEnd.CommandLine;

/// <summary>Azure ML's custom container behind an endpoint, as somebody at a terminal sees it, up to the sudden death of the server.</summary>
public sealed class ContainerStoryTests : IDisposable
{
    private const string Environment =
        """
        build: {path: ./image}
        inference_config:
          liveness_route: {port: 8080, path: /cgi-bin/live}
          readiness_route: {port: 8080, path: /cgi-bin/live}
          scoring_route: {port: 8080, path: /cgi-bin/score}
        """;

    private const string Deployment =
        """
        type: kubernetes
        name: blue
        endpoint_name: own
        model: {path: ./model, name: weights, type: custom_model}
        model_mount_path: /var/models
        environment:
          ENVIRONMENT
        environment_variables: {LEVEL: high}
        instance_type: Standard_DS3_v2
        resources: {requests: {cpu: "1"}, limits: {cpu: 500m, memory: 128Mi}}
        data_collector: {request_logging: {capture_headers: [x-a]}, collections: {request: {enabled: 'true'}}}
        """;

    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_image_is_built_and_serves_behind_an_endpoint_and_nothing_of_it_stays_when_the_server_is_killed()
    {
        await GivenAsync();
        var socket = await KeptService.Podman.LineAsync();
        using var server = await ServerProcess.StartAsync(_folder.File("home"), Ct, variables: ("Jobs__ContainerSocket", socket));
        var address = server.Client.Server;

        await SlipwayProgram.AskAsync(address, "online-endpoint", "create", "--name", "own", "--auth-mode", "key");
        var made = await RunAsync(address, "online-deployment", "create", "-f", _folder.File("deployment.yml"), "--all-traffic", "-o", "json");
        var answered = await RunAsync(address, "online-endpoint", "invoke", "-n", "own", "-r", _folder.File("request.json"));
        var key = await RunAsync(address, "online-endpoint", "get-credentials", "-n", "own", "--query", "primaryKey", "-o", "tsv");
        var logs = await RunAsync(address, "online-deployment", "get-logs", "-n", "blue", "-e", "own");
        await RunAsync(address, "environment", "create", "-f", _folder.File("environment.yml"));
        var registered = await RunAsync(address, "online-deployment", "create", "-f", _folder.File("registered.yml"), "-n", "green");
        var second = await RunAsync(address, "online-endpoint", "invoke", "-n", "own", "-r", _folder.File("request.json"), "--deployment-name", "green");
        var mistaken = await RunAsync(address, "online-deployment", "create", "-f", _folder.File("deployment.yml"), "-n", "green", "--set", "resources.limits.memory=much");
        var changed = await RunAsync(
            address, "online-deployment", "update", "-n", "blue", "-e", "own", "--set", "environment_variables.LEVEL=low", "-o", "json");
        var inside = await RunAsync(address, "online-deployment", "update", "-n", "blue", "-e", "own", "--set", "resources.limits.memory=64Mi");
        var running = await ContainersAsync(socket);
        await server.KillAsync();

        Assert.True(made.ExitCode == 0, made.Error);
        Assert.Equal("Without effect here: instance_type, resources.requests, data_collector (bodies of a plain route are counted, and not collected).", made.Error.Trim());
        Assert.Contains("\"period_s\": 10", made.Output, StringComparison.Ordinal);
        Assert.Contains("\"memory_mb\": 128", made.Output, StringComparison.Ordinal);
        Assert.Contains("{\"a\":1} /var/models/weights/1 w8 high", answered.Output.Trim('"').Replace("\\\"", "\"", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.True(registered.ExitCode == 0, registered.Error);
        Assert.Equal(answered.Output, second.Output);
        Assert.InRange(key.Output.Trim().Length, 20, 200);
        Assert.Contains("here I am", logs.Output, StringComparison.Ordinal);
        Assert.Equal((2, true), (mistaken.ExitCode, mistaken.Error.Contains("resources.limits.memory is 'much'", StringComparison.Ordinal)));
        Assert.True(changed.ExitCode == 0, changed.Error);
        Assert.Contains("\"LEVEL\": \"low\"", changed.Output, StringComparison.Ordinal);
        Assert.Contains("\"memory_mb\": 128", changed.Output, StringComparison.Ordinal);
        Assert.Equal((2, true), (inside.ExitCode, inside.Error.Contains("changes with its whole file", StringComparison.Ordinal)));
        Assert.Contains("slipway-server-", running, StringComparison.Ordinal);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        limit.CancelAfter(TimeSpan.FromMinutes(2));
        while ((await ContainersAsync(socket)).Contains("slipway-server-", StringComparison.Ordinal))
            await Task.Delay(50, limit.Token);
    }

    private async Task GivenAsync()
    {
        (string Path, string Text)[] files =
        [
            ("deployment.yml", Deployment.Replace("ENVIRONMENT", Environment.ReplaceLineEndings("\n  "), StringComparison.Ordinal)),
            ("registered.yml", Deployment.Replace("\n  ENVIRONMENT", " azureml:own-image:1", StringComparison.Ordinal)),
            ("environment.yml", $"name: own-image\nversion: 1\n{Environment}"),
            ("request.json", """{"a":1}"""),
            ("model/weights.txt", "w8"),
            ("image/Dockerfile", "FROM localhost/slipway-test:1\nCOPY www /www\nCMD [\"/bin/sh\", \"/www/start\"]\n"),
            ("image/www/start", "/bin/busybox chmod +x /www/cgi-bin/*; echo here I am; exec /bin/busybox httpd -f -p 8080 -h /www\n"),
            ("image/www/cgi-bin/live", "#!/bin/sh\necho 'Content-Type: text/plain'\necho\n"),
            ("image/www/cgi-bin/score", "#!/bin/sh\necho 'Content-Type: text/plain'\necho\necho \"$(cat) $AZUREML_MODEL_DIR $(cat $AZUREML_MODEL_DIR/weights.txt) $LEVEL\"\n"),
        ];
        foreach (var (path, text) in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder.File(path))!);
            await File.WriteAllTextAsync(_folder.File(path), text, Ct);
        }
    }

    private static async Task<string> ContainersAsync(string socket)
    {
        using var http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, ct) =>
            {
                var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), ct);
                return new NetworkStream(connection, ownsSocket: true);
            },
        });
        return await http.GetStringAsync("http://engine/v1.41/containers/json?all=1", Ct);
    }

    private static Task<Executable.Finished> RunAsync(Uri server, params IEnumerable<string> arguments) =>
        SlipwayProgram.RunAsync([.. arguments, "--server", server.ToString()]);
}
