using System.IO.Compression;
using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace Slipway.Http.Serving;

public sealed class PythonTests(PythonServer python) : IClassFixture<PythonServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_script_reads_its_model_once_and_answers_score()
    {
        var (status, answer) = await python.AskAsync("script/score", """{"do":"scale","x":7}""");

        Assert.Equal((HttpStatusCode.OK, "21"), (status, answer));
    }

    [Theory]
    [InlineData("throw", HttpStatusCode.BadRequest, "ValueError: not today")]
    [InlineData("quit", HttpStatusCode.BadRequest, "SystemExit")]
    [InlineData("die", HttpStatusCode.BadRequest, "The worker ended over this request (exit code 3)")]
    [InlineData("orphan", HttpStatusCode.BadRequest, "The worker ended over this request (exit code 3)")]
    [InlineData("hang", HttpStatusCode.GatewayTimeout, "did not answer within 4 seconds")]
    [InlineData("eat", HttpStatusCode.BadRequest, "MemoryError")]
    [InlineData("nonsense", HttpStatusCode.BadRequest, "JSON has no word for")]
    [InlineData("print", HttpStatusCode.OK, "printed")]
    [InlineData("fork", HttpStatusCode.OK, "parent")]
    public async Task What_a_script_does_hurts_its_own_request_only(string what, HttpStatusCode status, string words)
    {
        var others = Task.WhenAll(Enumerable.Range(0, 3).Select(x => python.AskAsync("script/score", $$"""{"do":"scale","x":{{x}}}""")));

        var (answered, answer) = await python.AskAsync("script/score", $$"""{"do":"{{what}}"}""");

        Assert.Equal(status, answered);
        Assert.Contains(words, answer, StringComparison.Ordinal);
        Assert.Equal(["0", "3", "6"], (await others).Select(other => other.Answer));
    }

    [Fact]
    public async Task A_request_that_lies_behind_one_that_crashes_is_answered_by_the_next_worker()
    {
        await python.Server.DeployAsync("crashing", "script:1", """{"runtime":"python","concurrency":1}""");
        await WarmUpAsync("crashing");

        var crashed = python.AskAsync("crashing/score", """{"do":"die","when":"FILE"}""".Replace("FILE", python.File("crash"), StringComparison.Ordinal));
        var behind = python.AskAsync("crashing/score", """{"do":"scale","x":5}""");
        await File.WriteAllTextAsync(python.File("crash"), "", Ct);

        Assert.Equal(HttpStatusCode.BadRequest, (await crashed).Status);
        Assert.Equal((HttpStatusCode.OK, "15"), await behind);
    }

    [Fact]
    public async Task Requests_that_lie_behind_one_that_takes_long_are_answered_by_another_worker_meanwhile()
    {
        await python.Server.DeployAsync("slow", "script:1", """{"runtime":"python","concurrency":2}""");
        await WarmUpAsync("slow");

        var slow = python.AskAsync("slow/score", """{"do":"wait","when":"FILE"}""".Replace("FILE", python.File("end"), StringComparison.Ordinal));
        var others = await Task.WhenAll(Enumerable.Range(0, 12).Select(x => python.AskAsync("slow/score", $$"""{"do":"scale","x":{{x}}}""")));

        Assert.Equal(Enumerable.Range(0, 12).Select(x => $"{3 * x}"), others.Select(other => other.Answer));
        Assert.False(slow.IsCompleted);
        await File.WriteAllTextAsync(python.File("end"), "", Ct);
        Assert.Equal((HttpStatusCode.OK, "\"waited\""), await slow);
    }

    [Fact]
    public async Task Large_bodies_and_answers_go_to_workers_and_back_whole()
    {
        var text = new string('x', 700_000);

        var (status, answer) = await python.AskAsync("script/score", $$"""{"do":"echo","x":"{{text}}"}""");

        Assert.Equal((HttpStatusCode.OK, $"\"{text}\""), (status, answer));
    }

    [Fact]
    public async Task Packages_of_an_environment_that_the_machine_does_not_have_are_installed_for_the_workers()
    {
        var wheel = python.File("slipdemo-1.0-py3-none-any.whl");
        await WriteWheelAsync(wheel);
        var conda = new JsonObject { ["dependencies"] = new JsonArray("python", "pip", new JsonObject { ["pip"] = new JsonArray(wheel) }) };
        var settings = new JsonObject { ["runtime"] = "python", ["concurrency"] = 1, ["environment"] = new JsonObject { ["conda"] = conda.ToJsonString() } };
        await python.Server.RegisterFilesAsync("packaged", null, ("score.py", "import slipdemo\ndef run(raw):\n    return slipdemo.WORD"));

        await python.Server.DeployAsync("packaged", "packaged:1", settings.ToJsonString());

        Assert.Equal((HttpStatusCode.OK, "\"from the wheel\""), await python.AskAsync("packaged/score", "{}"));
        var log = await python.Server.Client.GetStringAsync("/api/v1/online-endpoints/packaged/deployments/blue/logs", Ct);
        Assert.Contains("[Making a virtual environment for", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registered_environment_is_recorded_with_what_it_asks_for_and_an_unknown_one_is_left_out()
    {
        using var registered = await python.Server.Client.PostAsync(
            "/api/v1/environments", ServingServer.Json("""{"yaml":"name: tools\nimage: i\nconda_file: {dependencies: [pip]}"}"""), Ct);
        Assert.True(registered.IsSuccessStatusCode, await registered.Content.ReadAsStringAsync(Ct));
        await python.Server.DeployAsync("named", "script:1", """{"runtime":"python","concurrency":1,"environment":{"name":"azureml:tools@latest"}}""");
        var known = await python.Server.PutAsync(
            "/api/v1/online-endpoints/named/deployments/blue", """{"model":"script:1","settings":{"runtime":"python","concurrency":1,"environment":{"name":"azureml:tools@latest"}}}""");
        var unknown = await python.Server.PutAsync(
            "/api/v1/online-endpoints/named/deployments/blue", """{"model":"script:1","settings":{"runtime":"python","concurrency":1,"environment":{"name":"azureml:AzureML-sklearn-1.5:7"}}}""");

        Assert.Equal("tools:1", (string?)known["settings"]!["environment"]!["name"]);
        Assert.Equal("""{"dependencies":["pip"]}""", (string?)known["settings"]!["environment"]!["conda"]);
        Assert.Null(unknown["settings"]!["environment"]);
    }

    [Fact]
    public async Task What_a_script_writes_is_in_the_log_of_its_deployment()
    {
        // A deployment of its own: the log keeps the end, and others print much.
        await python.Server.DeployAsync("talker", "script:1", PythonServer.Settings);

        var log = "";
        while (log.Length == 0)
        {
            await Task.Delay(20, Ct);
            log = await python.Server.Client.GetStringAsync("/api/v1/online-endpoints/talker/deployments/blue/logs", Ct);
        }

        Assert.Contains("the scale is 3", log, StringComparison.Ordinal);
    }

    [Fact(Timeout = 180_000)]
    public async Task A_script_that_collects_as_Azures_do_runs_and_its_log_tells_who_collects()
    {
        await python.Server.RegisterFilesAsync("collecting", null, ("score.py",
            """
            from azureml.ai.monitoring import Collector
            from azureml.ai.monitoring.context import BasicCorrelationContext
            def init():
                global inputs, outputs
                inputs, outputs = Collector(name="model_inputs", on_error=print), Collector(name="model_outputs")
            def run(raw):
                context = inputs.collect(raw, BasicCorrelationContext(id="mine"))
                return outputs.collect([1], context).id
            """));
        await python.Server.DeployAsync("collecting", "collecting:1", PythonServer.Settings);

        Assert.Equal((HttpStatusCode.OK, "\"mine\""), await python.AskAsync("collecting/score", "{}"));
        var log = "";
        while (!log.Contains("Collector 'model_outputs': the endpoint itself keeps inputs and answers", StringComparison.Ordinal))
        {
            await Task.Delay(20, Ct);
            log = await python.Server.Client.GetStringAsync("/api/v1/online-endpoints/collecting/deployments/blue/logs", Ct);
        }
    }

    [Fact]
    public async Task A_script_may_read_the_request_and_answer_as_it_likes()
    {
        using var response = await python.Server.Client.PostAsync("/endpoints/raw/score?n=1", new ByteArrayContent([1, 2, 3]), Ct);

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal("yes", response.Headers.GetValues("x-own").Single());
        Assert.Equal("POST /endpoints/raw/score?n=1 3", await response.Content.ReadAsStringAsync(Ct));
    }

    [Fact]
    public async Task What_a_script_lets_be_written_as_JSON_says_that_it_is()
    {
        using var response = await python.Server.Client.PostAsync("/endpoints/raw/score?json", ServingServer.Json("{}"), Ct);

        Assert.Equal(("application/json", "{\"a\": [1]}"), (response.Content.Headers.ContentType?.MediaType, await response.Content.ReadAsStringAsync(Ct)));
    }

    [Fact]
    public async Task A_script_without_a_signature_has_no_tensors()
    {
        var (status, answer) = await python.AskAsync("script/v2/models/script/infer", """{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[1]}]}""");

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("has no signature", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("broken", PythonServer.Settings, "ZeroDivisionError")]
    [InlineData("unready", PythonServer.Settings, "RuntimeError: no weights")]
    [InlineData("sleepy", """{"runtime":"python","probe":{"start_timeout_s":1}}""", "The model was not loaded within 1 seconds.")]
    [InlineData("nothing", PythonServer.Settings, "no 'score.py' in its model and no MLmodel")]
    [InlineData("script", """{"runtime":"python","scoring_script":"../x.py"}""", "path within the code")]
    [InlineData("script", """{"runtime":"python","python":"/nowhere/python"}""", "could not be started")]
    [InlineData("script", """{"runtime":"python","python":"python3","environment":{"conda":"dependencies: [pip]"}}""", "give one of the two")]
    [InlineData("script", """{"runtime":"python","environment":{"conda":"dependencies: ['=='] "}}""", "which is no package")]
    public async Task What_cannot_be_loaded_is_told_when_it_is_deployed(string model, string settings, string words)
    {
        using var response = await python.Server.Client.PutAsync(
            "/api/v1/online-endpoints/script/deployments/other", ServingServer.Json($$"""{"model":"{{model}}:1","settings":{{settings}}}"""), Ct);

        Assert.False(response.IsSuccessStatusCode);
        Assert.Contains(words, JsonNode.Parse(await response.Content.ReadAsStringAsync(Ct))!["detail"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    private static async Task WriteWheelAsync(string path)
    {
        await using var zip = await ZipFile.OpenAsync(path, ZipArchiveMode.Create, Ct);
        foreach (var (name, text) in new[]
        {
            ("slipdemo/__init__.py", "WORD = 'from the wheel'\n"),
            ("slipdemo-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: slipdemo\nVersion: 1.0\n"),
            ("slipdemo-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"),
            ("slipdemo-1.0.dist-info/RECORD", "slipdemo/__init__.py,,\nslipdemo-1.0.dist-info/METADATA,,\nslipdemo-1.0.dist-info/WHEEL,,\nslipdemo-1.0.dist-info/RECORD,,\n"),
        })
        {
            await using var writer = new StreamWriter(await zip.CreateEntry(name).OpenAsync(Ct));
            await writer.WriteAsync(text);
        }
    }

    // Until requests are known to be short, the next is not handed over.
    private async Task WarmUpAsync(string endpoint)
    {
        for (var i = 0; i < 20; i++)
            await Task.WhenAll(Enumerable.Range(0, 4).Select(x => python.AskAsync($"{endpoint}/score", $$"""{"do":"scale","x":{{x}}}""")));
    }
}
