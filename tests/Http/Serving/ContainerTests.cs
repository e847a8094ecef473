using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Data;
using Slipway.Jobs.Compute.Containers;
using Slipway.Kernel;
using Slipway.Shared;
using Xunit;

namespace Slipway.Http.Serving;

/// <summary>Images with servers of their own, in real containers of podman.</summary>
public sealed class ContainerTests(ContainerTests.Images images) : IClassFixture<ContainerTests.Images>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private ServingServer Server => images.Server;

    [Fact]
    public async Task A_body_goes_to_the_scoring_route_of_a_container_that_has_the_model_where_Azure_puts_it_and_no_network()
    {
        await Server.DeployAsync("plain", "weights:1", images.Settings("score", more: ",\"environment_variables\":{\"LEVEL\":\"high\"}"));

        var (status, answer) = await AskAsync("plain/score", """{"own":"form"}""");
        var tensors = await AskAsync("plain/v2/models/weights/infer", """{"inputs":[{"name":"x","shape":[1],"datatype":"FP64","data":[1]}]}""");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(
            """{"got":{"own":"form"},"model":"/var/azureml-app/azureml-models/weights/1","weights":"w8","model can be":"read","level":"high","networks":"lo"}""", answer.Trim());
        Assert.Equal(HttpStatusCode.BadRequest, tensors.Status);
    }

    [Fact]
    public async Task The_model_is_mounted_where_the_deployment_says_and_a_network_is_there_when_it_is_asked_for()
    {
        var bridged = await Executable.RunAsync(
            new ProcessStartInfo("podman", ["--remote", "--url", $"unix://{await KeptService.Podman.LineAsync()}", "run", "--rm", "--network", "bridge", "localhost/slipway-test:1", "/bin/busybox", "true"]), Ct);
        Assert.SkipUnless(bridged.ExitCode == 0, $"podman makes no bridge on this machine: {bridged.Error}");

        await Server.DeployAsync("mounted", "weights:1", images.Settings("score", container: ",\"model_mount_path\":\"/var/own\",\"network\":\"bridge\",\"memory_mb\":64,\"cpus\":0.5"));

        var (status, answer) = await AskAsync("mounted/score", "1");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("\"model\":\"/var/own/weights/1\",\"weights\":\"w8\",\"model can be\":\"read\"", answer, StringComparison.Ordinal);
        Assert.Contains("\"networks\":\"eth0 lo\"", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tensors", "server/v2/models/line/infer", "v2/models/weights/infer", """{"id":"a","inputs":[{"name":"x","shape":[1,1],"datatype":"FP64","data":[1]}]}""", "\"data\":[7]")]
    [InlineData("table", "invocations", "invocations", """{"anything":1}""", """{"predictions":[4]}""")]
    public async Task The_scoring_route_says_which_protocol_the_server_speaks(string endpoint, string route, string path, string body, string words)
    {
        await Server.DeployAsync(endpoint, "weights:1", images.Settings(route));

        var (status, answer) = await AskAsync($"{endpoint}/{path}", body);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains(words, answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_container_that_ends_is_started_anew_and_one_whose_deployment_is_deleted_is_gone()
    {
        await Server.DeployAsync("mortal", "weights:1", images.Settings("score", more: ",\"environment_variables\":{\"LEVEL\":\"mortal\"}"));
        await AskAsync("mortal/score", "die");

        await UntilAsync(async () => await StartsAsync("mortal") >= 2);
        await UntilAsync(async () => (await AskAsync("mortal/score", "1")).Status == HttpStatusCode.OK);
        var lived = await RunsAsync("mortal");
        await Server.PutAsync("/api/v1/online-endpoints/mortal/traffic", """{"traffic":{"blue":0},"reason":"its end"}""");
        using var deleted = await Server.Client.DeleteAsync("/api/v1/online-endpoints/mortal", Ct);

        Assert.True(lived);
        Assert.True(deleted.IsSuccessStatusCode, await deleted.Content.ReadAsStringAsync(Ct));
        await UntilAsync(async () => !await RunsAsync("mortal"));
    }

    [Fact]
    public async Task A_container_that_is_not_alive_for_long_enough_is_started_anew()
    {
        await Server.DeployAsync("deaf", "weights:1", images.Settings("score", more: ",\"probe\":{\"period_s\":1,\"timeout_s\":5,\"failure_threshold\":1}"));
        await AskAsync("deaf/score", "deafen");

        await UntilAsync(async () => await StartsAsync("deaf") >= 2);

        Assert.Contains("It was not healthy 1 times, one after the other; it is ended.", await LogAsync("deaf"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"image":"localhost:1/nothing:1","scoring_route":{"path":"/cgi-bin/score","port":8080},"readiness_route":{"path":"/cgi-bin/live","port":8080}}""", "is not on this machine and could not be fetched")]
    [InlineData("""{"image":"localhost/slipway-test:1","scoring_route":{"path":"/score","port":8080},"readiness_route":{"path":"/live","port":8080}}""", "The container")]
    [InlineData("""{"build":"TREE","scoring_route":{"path":"/cgi-bin/score","port":8080},"readiness_route":{"path":"/nowhere","port":8080}}""", "The container's server was not ready within 2 seconds")]
    [InlineData("""{"build":"TREE","scoring_route":{"path":"/cgi-bin/score","port":8080}}""", "proxy.container.readiness_route is missing")]
    [InlineData("""{"build":"TREE"}""", "proxy.container.scoring_route is missing")]
    [InlineData("""{"build":"TREE","image":"x","scoring_route":{"path":"/score","port":8080}}""", "give it an 'image', or 'build'")]
    [InlineData("""{"scoring_route":{"path":"/score","port":8080}}""", "give it an 'image', or 'build'")]
    [InlineData("""{"image":"x","scoring_route":{"path":"//elsewhere/score","port":8080}}""", "the path is '//elsewhere/score'")]
    [InlineData("""{"image":"x","scoring_route":{"path":"/score","port":80800}}""", "the port is 80800")]
    [InlineData("""{"image":"x","model_mount_path":"/var/../etc","scoring_route":{"path":"/score","port":8080}}""", "model_mount_path is '/var/../etc'")]
    [InlineData("""{"image":"x","memory_mb":1,"scoring_route":{"path":"/score","port":8080}}""", "memory_mb is 1")]
    [InlineData("""{"image":"x","cpus":-1,"scoring_route":{"path":"/score","port":8080}}""", "cpus is -1")]
    [InlineData("""{"image":"x","network":"container:other","scoring_route":{"path":"/score","port":8080}}""", "network is 'container:other'")]
    public async Task What_cannot_be_started_is_told_when_it_is_deployed(string container, string words)
    {
        using var response = await Server.Client.PutAsync(
            "/api/v1/online-endpoints/flights/deployments/other",
            ServingServer.Json(
                "{\"model\":\"weights:1\",\"settings\":{\"runtime\":\"proxy\",\"probe\":{\"start_timeout_s\":2},\"proxy\":{\"container\":"
                + container.Replace("TREE", images.Tree, StringComparison.Ordinal) + "}}}"), Ct);

        Assert.InRange((int)response.StatusCode, 400, 503);
        Assert.Contains(words, JsonNode.Parse(await response.Content.ReadAsStringAsync(Ct))!["detail"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        limit.CancelAfter(TimeSpan.FromMinutes(2));
        while (!await isSo())
            await Task.Delay(50, limit.Token);
    }

    private async Task<int> StartsAsync(string endpoint) => (await LogAsync(endpoint)).Split("listening").Length - 1;

    private Task<string> LogAsync(string endpoint) => Server.Client.GetStringAsync($"/api/v1/online-endpoints/{endpoint}/deployments/blue/logs", Ct);

    // Whether the engine has a container with this level.
    private async Task<bool> RunsAsync(string level)
    {
        var engine = Server.Services.GetRequiredService<ContainerEngine>();
        foreach (var id in await engine.LabelledAsync(ServerContainers.Label, Ct))
        {
            try
            {
                if ((await engine.ShowAsync(id, Ct))["Config"]!["Env"]!.AsArray().Any(variable => variable!.ToString() == $"LEVEL={level}"))
                    return true;
            }
            catch (SlipwayException)
            {
                // It has ended meanwhile.
            }
        }

        return false;
    }

    private async Task<(HttpStatusCode Status, string Answer)> AskAsync(string path, string body)
    {
        using var response = await Server.Client.PostAsync($"/endpoints/{path}", ServingServer.Json(body), Ct);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Ct));
    }

    /// <summary>A server beside an engine, and the folder of an image whose server is busybox's, with scripts that answer.</summary>
    public sealed class Images : IAsyncLifetime
    {
        private const string Dockerfile =
            """
            FROM localhost/slipway-test:1
            COPY www /www
            CMD ["/bin/sh", "/www/start"]
            """;

        private const string Start =
            """
            /bin/busybox chmod +x /www/cgi-bin/*
            /bin/busybox httpd -p 8080 -h /www
            echo listening
            until [ -e /tmp/die ]; do sleep 0.05; done
            """;

        private const string Score =
            """
            #!/bin/sh
            echo "Content-Type: application/json"
            echo
            body=$(cat)
            case $body in
                die) touch /tmp/die ;;
                deafen) rm /www/cgi-bin/live ;;
            esac
            (echo no > $AZUREML_MODEL_DIR/weights) 2>/dev/null && can=written || can=read
            echo "{\"got\":$body,\"model\":\"$AZUREML_MODEL_DIR\",\"weights\":\"$(cat $AZUREML_MODEL_DIR/weights)\",\"model can be\":\"$can\",\"level\":\"$LEVEL\",\"networks\":\"$(echo $(ls /sys/class/net))\"}"
            """;

        private const string Live = "#!/bin/sh\necho 'Content-Type: text/plain'\necho\necho yes\n";

        private const string Invocations = "#!/bin/sh\necho 'Content-Type: application/json'\necho\necho '{\"predictions\":[4]}'\n";

        private const string Oip =
            """
            #!/bin/sh
            echo "Content-Type: application/json"
            echo
            case $PATH_INFO in
                */infer) echo '{"outputs":[{"name":"y","datatype":"FP64","shape":[1],"data":[7]}]}' ;;
                *) echo '{"inputs":[{"name":"x","datatype":"FP64","shape":[-1,1]}]}' ;;
            esac
            """;

        public ServingServer Server { get; } = new();

        public string Tree { get; private set; } = "";

        public async ValueTask InitializeAsync()
        {
            // Read when the server starts.
            Environment.SetEnvironmentVariable("Jobs__ContainerSocket", await KeptService.Podman.LineAsync());
            await Server.InitializeAsync();
            Environment.SetEnvironmentVariable("Jobs__ContainerSocket", null);
            await Server.RegisterFilesAsync("weights", null, ("weights", "w8"));
            var content = Server.Services.GetRequiredService<ContentStore>();
            var entries = new List<TreeEntry>();
            foreach (var (path, text) in new[]
            {
                ("Dockerfile", Dockerfile), ("www/start", Start), ("www/cgi-bin/score", Score), ("www/cgi-bin/live", Live), ("www/cgi-bin/invocations", Invocations), ("www/cgi-bin/server", Oip),
            })
            {
                var blob = await content.PutBytesAsync(Encoding.UTF8.GetBytes(text), Ct);
                entries.Add(new TreeEntry(path, blob.Digest, blob.Size));
            }

            Tree = (await content.PutTreeAsync(entries, Ct)).Digest.ToString();
        }

        public string Settings(string route, string container = "", string more = "") =>
            $$"""
            {"runtime":"proxy","concurrency":2{{more}},"proxy":{"container":{"build":"{{Tree}}"{{container}},"scoring_route":{"path":"/cgi-bin/{{route}}","port":8080},"liveness_route":{"path":"/cgi-bin/live","port":8080} } } }
            """;

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
