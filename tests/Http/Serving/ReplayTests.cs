using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Shared;
using Slipway.Unit.OnnxRuntime;
using Xunit;

namespace Slipway.Http.Serving;

public sealed class ReplayTests : IAsyncLifetime
{
    private const string Endpoint = "/api/v1/online-endpoints/flights";
    private const string Window = "\"from\":\"2000-01-01T00:00:00Z\",\"to\":\"2100-01-01T00:00:00Z\"";

    private readonly ServingServer _server = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task The_same_model_answers_as_it_has_and_another_one_differs_where_it_differs()
    {
        var other = OnnxModels.Classifier();
        var values = other.Graph.Node[0].Attribute.Single(attribute => attribute.Name == "values_floats").Floats;
        (values[0], values[1]) = (1, 0);
        await _server.RegisterAsync("late", other.ToByteArray());
        foreach (var (id, carrier) in new[] { ("a", "AA"), ("b", "UA"), ("c", "DL"), ("d", "DL") })
        {
            using var answer = await _server.AskAsync(id, carrier, 900);
        }

        using var labelled = await _server.Client.PostAsync($"{Endpoint}/feedback", ServingServer.Json("""{"ids":["a.0","b.0"],"labels":[1,0]}"""), Ct);

        var same = await ReplayAsync("late:2", """["carrier"]""");
        var differs = await ReplayAsync("late:3", """["carrier"]""");

        Assert.Equal((4, 0.0, 0.0), ((int)same["all"]!["rows"]!, (double)same["all"]!["disagreement"]!, (double)same["scoreShift"]!));
        Assert.Equal((double)same["all"]!["liveLoss"]!, (double)same["all"]!["candidateLoss"]!);
        Assert.Equal((4, 0.5, 2), ((int)differs["all"]!["rows"]!, (double)differs["all"]!["disagreement"]!, (int)differs["all"]!["labelled"]!));
        // AA 0.25 and UA 0.75 change places; the labels are 1 and 0.
        Assert.Equal((0.5625, 0.0625), ((double)differs["all"]!["liveLoss"]!, (double)differs["all"]!["candidateLoss"]!));
        Assert.Equal(
            ["DL 2 0", "AA 1 1", "UA 1 1"],
            differs["segments"]!.AsArray().Select(part => $"{part!["value"]} {part["rows"]} {part["disagreement"]}"));
        var graph = await _server.Services.GetRequiredService<LineageLog>().UpstreamAsync(WorkspaceName.Default, "model:late@3", 1, Ct);
        Assert.Contains(graph.Edges, edge => edge is { Act: "replayed", From: "endpoint:flights" });
    }

    [Fact]
    public async Task A_version_in_Python_answers_as_its_files_say_or_as_it_is_deployed()
    {
        const string signature = """{"inputs":[{"name":"carrier","datatype":"BYTES","shape":[-1,1]},{"name":"distance","datatype":"FP32","shape":[-1,1]}],"outputs":[]}""";
        await _server.RegisterFilesAsync(
            "own",
            signature,
            ("MLmodel", "flavors:\n  python_function: {loader_module: own, code: code}\n"),
            ("code/own.py",
            """
            class Model:
                def predict(self, table):
                    rows = table.values.tolist() if hasattr(table, "values") else table
                    return [0.25 if row[0] == "AA" else 0.75 for row in rows]
            def _load_pyfunc(path):
                return Model()
            """));
        await _server.RegisterFilesAsync(
            "script",
            signature,
            ("other.py",
            """
            import json
            def run(raw):
                return [0.75 for row in json.loads(raw)["input_data"]["data"]]
            """));
        foreach (var (id, carrier) in new[] { ("a", "AA"), ("b", "UA") })
        {
            using var answer = await _server.AskAsync(id, carrier, 900);
        }

        var own = await ReplayAsync("own:1", "[]");
        using var unknown = await _server.Client.PostAsync($"{Endpoint}/replay", ServingServer.Json($"{{{Window},\"model\":\"script:1\"}}"), Ct);
        using var deployed = await _server.Client.PutAsync(
            $"{Endpoint}/deployments/script", ServingServer.Json("""{"model":"script:1","settings":{"runtime":"python","scoring_script":"other.py","request_timeout_ms":60000}}"""), Ct);
        var script = await ReplayAsync("script:1", "[]");

        Assert.Equal((2, 0.0), ((int)own["all"]!["rows"]!, (double)own["all"]!["disagreement"]!));
        Assert.Equal(HttpStatusCode.BadRequest, unknown.StatusCode);
        Assert.Contains("no 'score.py'", JsonNode.Parse(await unknown.Content.ReadAsStringAsync(Ct))!["detail"]!.ToString(), StringComparison.Ordinal);
        Assert.True(deployed.IsSuccessStatusCode, await deployed.Content.ReadAsStringAsync(Ct));
        Assert.Equal((2, 0.5), ((int)script["all"]!["rows"]!, (double)script["all"]!["disagreement"]!));
    }

    [Fact(Timeout = 180_000)]
    public async Task A_replay_that_nobody_waits_for_any_more_ends_the_worker_that_it_was_at()
    {
        using var folder = new TempFolder();
        var begun = folder.File("begun");
        await _server.RegisterFilesAsync(
            "slow",
            """{"inputs":[{"name":"carrier","datatype":"BYTES","shape":[-1,1]}],"outputs":[]}""",
            ("MLmodel", "flavors:\n  python_function: {loader_module: own, code: code}\n"),
            ("code/own.py",
            $$"""
            import os, time
            class Model:
                def predict(self, table):
                    rows = table.values.tolist() if hasattr(table, "values") else table
                    if rows[0][0] == "AA":
                        with open("{{begun}}.part", "w") as file:
                            file.write(str(os.getpid()))
                        os.rename("{{begun}}.part", "{{begun}}")
                        time.sleep(3600)
                    return [0.5 for _ in rows]
            def _load_pyfunc(path):
                return Model()
            """));
        using var answer = await _server.AskAsync("a", "AA", 900);

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var replay = _server.Client.PostAsync($"{Endpoint}/replay", ServingServer.Json($"{{{Window},\"model\":\"slow:1\"}}"), patience.Token);
        await UntilAsync(() => File.Exists(begun));
        var worker = $"/proc/{await File.ReadAllTextAsync(begun, Ct)}";
        Assert.True(Directory.Exists(worker));
        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => replay);
        await UntilAsync(() => !Directory.Exists(worker));
    }

    [Fact]
    public async Task Rows_whose_inputs_were_masked_or_not_kept_are_left_out_and_counted()
    {
        await _server.PutAsync($"{Endpoint}/deployments/masked", "{\"model\":\"late:1\",\"settings\":{\"collection\":{\"mask\":\"carrier=hash\"}}}");
        await _server.PutAsync($"{Endpoint}/deployments/answers", "{\"model\":\"late:2\",\"settings\":{\"collection\":{\"inputs\":false}}}");
        foreach (var (id, deployment) in new[] { ("a", "masked"), ("b", "answers") })
        {
            using var answer = await _server.AskAsync(id, "AA", 900, ("azureml-model-deployment", deployment));
        }

        using var nothing = await _server.Client.PostAsync($"{Endpoint}/replay", ServingServer.Json($"{{{Window},\"model\":\"late:2\"}}"), Ct);
        using var plain = await _server.AskAsync("c", "AA", 900);
        var some = await ReplayAsync("late:2", "[]");

        Assert.Equal(HttpStatusCode.BadRequest, nothing.StatusCode);
        Assert.Equal(
            "Nothing of this window can be asked again: deployment 'masked' masked carrier, 'answers' kept no inputs.",
            JsonNode.Parse(await nothing.Content.ReadAsStringAsync(Ct))!["detail"]!.ToString());
        Assert.Equal((1, 0.0, 2), ((int)some["all"]!["rows"]!, (double)some["all"]!["disagreement"]!, (int)some["leftOut"]!));
    }

    [Theory]
    [InlineData("\"model\":\"late:9\"", HttpStatusCode.NotFound, "late:9")]
    [InlineData("\"by\":[\"carier\"],\"model\":\"late:1\"", HttpStatusCode.BadRequest, "Did you mean 'carrier'?")]
    [InlineData("\"model\":\"image:1\"", HttpStatusCode.BadRequest, "there is no column 'input_")]
    [InlineData("\"by\":[]", HttpStatusCode.BadRequest, "Say which model")]
    public async Task A_replay_that_cannot_be_is_refused(string body, HttpStatusCode status, string why)
    {
        await _server.RegisterAsync("image", OnnxModels.Identity(Engines.OnnxRuntime.OnnxElementType.Float));
        using var answer = await _server.AskAsync("a", "AA", 900);

        using var response = await _server.Client.PostAsync($"{Endpoint}/replay", ServingServer.Json($"{{{Window},{body}}}"), Ct);

        Assert.Equal(status, response.StatusCode);
        Assert.Contains(why, JsonNode.Parse(await response.Content.ReadAsStringAsync(Ct))!["detail"]!.ToString(), StringComparison.Ordinal);
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        var waited = Stopwatch.StartNew();
        while (!isSo())
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(45));
            await Task.Delay(20, Ct);
        }
    }

    private async Task<JsonNode> ReplayAsync(string model, string by)
    {
        using var response = await _server.Client.PostAsync(
            $"{Endpoint}/replay", ServingServer.Json($"{{{Window},\"model\":\"{model}\",\"by\":{by},\"tolerance\":0.1}}"), Ct);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Ct));
        return (await response.Content.ReadFromJsonAsync<JsonNode>(Ct))!;
    }
}
