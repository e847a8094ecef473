using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Shared;
using Xunit;

namespace Slipway.Http.Serving;

/// <summary>What a deployment's YAML says of collected data, of its code and of its log, by the command line in a whole server.</summary>
public sealed class CollectionPolicyTests : IAsyncLifetime
{
    private const string Careful =
        """
        name: careful
        endpoint_name: flights
        model: azureml:late:1
        properties: {slipway.mask: "carrier=hash, distance=drop"}
        data_collector:
          sampling_rate: 0.5
          rolling_rate: hour
          collections:
            model_inputs: {enabled: 'true'}
            model_outputs: {enabled: 'True'}
        """;

    private readonly ServingServer _server = new();
    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Requests_are_sampled_by_their_ids_columns_are_masked_and_what_is_left_out_is_counted()
    {
        await CallAsync("online-deployment", "create", "-f", await WriteAsync("careful.yml", Careful), "--all-traffic");
        for (var i = 0; i < 60; i++)
            await AskAsync($"r{i}", i % 2 == 0 ? "AA" : "UA");
        for (var i = 0; i < 60; i++)
            await AskAsync($"r{i}", i % 2 == 0 ? "AA" : "UA");
        await AskAsync("mine", "AA", ("slipway-collect", "off"));

        var rows = await SqlAsync("select count(*) n, count(distinct input_carrier) c, min(length(input_carrier)) l, count(output_score) s from 'predictions:flights'");
        var counts = JsonNode.Parse(await CallAsync("online-endpoint", "collected", "-n", "flights", "-o", "json"))![0]!;
        var stats = JsonNode.Parse(await CallAsync("online-deployment", "stats", "-n", "careful", "-e", "flights", "-o", "json"))!;

        var kept = (int)rows["n"]!;
        Assert.InRange(kept, 15, 45);
        Assert.Equal((2, 32, kept), ((int)rows["c"]!, (int)rows["l"]!, (int)rows["s"]!));
        Assert.Equal((2 * kept, 120 - (2 * kept), 1), ((int)counts["rows"]!, (int)counts["sampled_out"]!, (int)counts["opted_out"]!));
        Assert.Equal("carrier,distance", string.Join(',', counts["masked"]!.AsArray()));
        Assert.Equal((120 - (2 * kept), 1), ((int)stats["sampled_out"]!, (int)stats["opted_out"]!));
        var metrics = await _server.Client.GetStringAsync("/metrics", Ct);
        Assert.Equal(
            [121, 2 * kept, 120 - (2 * kept), 1, 0],
            new[] { "rows", "collected", "sampled_out", "opted_out", "dropped" }.Select(name => Metric(metrics, name)));
        var profiled = await CallAsync("online-deployment", "profile", "-n", "careful", "-e", "flights", "--query", "[[rows, opted_out, join(',', columns[].name)]]", "-o", "tsv");
        Assert.StartsWith("120\t1\toutput_", profiled, StringComparison.Ordinal);
        Assert.DoesNotContain("input_", profiled, StringComparison.Ordinal);
        var columns = await SqlAsync("select count(*) n from (describe select * from 'predictions:flights') where column_name = 'input_distance'");
        Assert.Equal(0, (int)columns["n"]!);
    }

    [Fact]
    public async Task What_was_left_out_last_is_counted_after_a_restart_and_told_once()
    {
        await AskAsync("kept", "AA");
        Assert.Equal(1, (int)JsonNode.Parse(await CallAsync("online-endpoint", "collected", "-n", "flights", "-o", "json"))![0]!["rows"]!);
        for (var i = 0; i < 3; i++)
        {
            await AskAsync("mine", "AA", ("slipway-collect", "off"));
            await _server.RestartAsync();
        }

        var counts = JsonNode.Parse(await CallAsync("online-endpoint", "collected", "-n", "flights", "-o", "json"))![0]!;

        Assert.Equal((1, 3), ((int)counts["rows"]!, (int)counts["opted_out"]!));
        Assert.Equal(1, (int)(await SqlAsync("select count(*) n from 'predictions:flights'"))["n"]!);
    }

    [Fact]
    public async Task Of_an_endpoint_that_never_was_nothing_is_counted()
    {
        using var answer = await _server.Client.GetAsync("/api/v1/online-endpoints/fights/collected", Ct);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task Only_what_is_enabled_is_kept_and_labels_still_find_it()
    {
        var file = await WriteAsync(
            "outputs.yml",
            "name: outputs\nendpoint_name: flights\nmodel: azureml:late:1\ndata_collector: {collections: {model_outputs: {enabled: true}, model_inputs: {enabled: 'false'}}}\n");
        await CallAsync("online-deployment", "create", "-f", file, "--all-traffic");
        await AskAsync("a", "AA");
        using var fed = await _server.Client.PostAsync("/api/v1/online-endpoints/flights/feedback", ServingServer.Json("""{"ids":["a.0"],"labels":[1]}"""), Ct);

        var row = await SqlAsync("select label, output_score from 'predictions:flights'");
        var inputs = await SqlAsync("select count(*) n from (describe select * from 'predictions:flights') where column_name like 'input_%'");

        Assert.Equal((1.0, 0.25, 0), ((double)row["label"]!, (double)row["output_score"]!, (int)inputs["n"]!));
    }

    [Theory]
    [InlineData("data_collector.sampling_rate=2", "sampling_rate")]
    [InlineData("properties={\"slipway.mask\":\"carier=hash\"}", "Did you mean 'carrier'?")]
    [InlineData("properties={\"slipway.mask\":\"carrier\"}", "'carrier' is not NAME=hash or NAME=drop.")]
    [InlineData("properties={\"slipway.profiles\":\"maybe\"}", "slipway.profiles is 'maybe'; it is true or false.")]
    [InlineData("data_collector.collections.model_inputs.sampling_rate=0.1", "different sampling rates")]
    public async Task A_policy_that_cannot_be_is_refused(string edit, string said)
    {
        var (code, _, errors) = await RunAsync("online-deployment", "create", "-f", await WriteAsync("careful.yml", Careful), "--set", edit);

        Assert.Equal((2, true), (code, errors.Contains(said, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_endpoint_keeps_its_days_and_mirrors_to_several_deployments()
    {
        var file = await WriteAsync(
            "endpoint.yml", "name: flights\nproperties: {slipway.retention_days: \"30\"}\ntraffic: {blue: 100}\nmirror_traffic: {green: 80}\n");
        await CallAsync("online-endpoint", "create", "-f", file);

        Assert.Equal("30\t80", await CallAsync("online-endpoint", "show", "-n", "flights", "--query", "[[settings.retention_days, mirror_traffic.green]]", "-o", "tsv"));
        var (code, _, errors) = await RunAsync("online-endpoint", "create", "-f", file, "--set", "properties={\"slipway.retention_days\":\"0\"}");
        Assert.Equal((2, true), (code, errors.Contains("retention_days is 0", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_deployment_and_the_traffic_are_changed_without_their_files()
    {
        await CallAsync("online-endpoint", "update", "-n", "flights", "--set", "traffic={\"blue\": 60, \"green\": 40}", "tags.team=risk");
        await CallAsync("online-deployment", "update", "-e", "flights", "-n", "blue", "--set", "request_settings.request_timeout_ms=500");
        await CallAsync("online-deployment", "update", "--end", "flights", "-n", "blue", "--set", "instance_count=3");

        Assert.Equal("60\t40\trisk", await CallAsync("online-endpoint", "show", "-n", "flights", "--query", "[[traffic.blue, traffic.green, settings.tags.team]]", "-o", "tsv"));
        Assert.Equal(
            "500\t3\tSucceeded\tflights",
            await CallAsync("online-deployment", "show", "-e", "flights", "-n", "blue", "--query", "[[settings.request_timeout_ms, settings.concurrency, provisioning_state, endpoint_name]]", "-o", "tsv"));
        await CallAsync("online-deployment", "update", "-e", "flights", "-n", "blue", "--set", "environment_variables.A=1", "environment_variables.B=2", "data_collector={\"collections\":{\"model_outputs\":{\"enabled\":true}}}");
        await CallAsync("online-deployment", "update", "-e", "flights", "-n", "blue", "--add", "environment_variables", "C=3", "--remove", "environment_variables.A", "--remove", "request_settings", "--set", "data_collector.sampling_rate=0.5");
        Assert.Equal(
            "2\t3\t2\tnull\t3\t0.5\tFalse\tTrue",
            await CallAsync(
                "online-deployment", "show", "-e", "flights", "-n", "blue", "--query",
                "[[settings.environment_variables.B, settings.environment_variables.C, to_string(length(settings.environment_variables)), to_string(settings.request_timeout_ms), settings.concurrency, settings.collection.sampling_rate, settings.collection.inputs, settings.collection.outputs]]",
                "-o", "tsv"));
        await CallAsync("online-deployment", "update", "-e", "flights", "-n", "green", "--all-traffic");
        Assert.Equal("100", await CallAsync("online-endpoint", "show", "-n", "flights", "--query", "traffic.green", "-o", "tsv"));
        await RefusedAsync(1, "Deployment 'flights/none' does not exist.", "-n", "none", "--set", "instance_count=3");
        await RefusedAsync(2, "--set: say what is to change.", "-n", "blue");
        await RefusedAsync(2, "--set name=x: the name and the endpoint of a deployment do not change; create another one.", "-n", "blue", "--set", "name=x");
        await RefusedAsync(2, "--remove environment_variables.A: there is nothing of this name to remove.", "-n", "blue", "--remove", "environment_variables.A");

        async Task RefusedAsync(int code, string sentence, params string[] arguments)
        {
            var refused = await RunAsync(["online-deployment", "update", "-e", "flights", .. arguments]);
            Assert.Equal((code, sentence), (refused.Code, refused.Errors.Trim()));
        }
    }

    [Fact]
    public async Task A_column_keeps_callers_with_one_deployment()
    {
        await CallAsync("online-endpoint", "create", "-n", "flights", "--set", "properties={\"slipway.affinity_column\":\"distance\"}");
        await CallAsync("online-endpoint", "update", "-n", "flights", "--traffic", "blue=50 green=50");
        var seen = new Dictionary<int, HashSet<string>>();
        for (var i = 0; i < 80; i++)
        {
            using var answer = await _server.AskAsync($"a{i}", "AA", i % 20);
            seen.TryAdd(i % 20, []);
            seen[i % 20].Add(answer.Headers.GetValues("slipway-deployment").Single());
        }

        Assert.All(seen.Values, deployments => Assert.Single(deployments));
        Assert.Equal(["blue", "green"], seen.Values.SelectMany(deployments => deployments).Distinct().Order());
    }

    [Fact]
    public async Task A_deployment_with_code_has_its_variables_and_a_log_that_can_be_followed()
    {
        await _server.RegisterFilesAsync("factor", null, ("factor.txt", "3"));
        await WriteAsync(
            "src/score.py",
            """
            import os
            def init():
                print("times", os.environ["TIMES"], flush=True)
            def run(data):
                print("asked", data, flush=True)
                return int(data) * int(os.environ["TIMES"])
            """);
        var file = await WriteAsync(
            "code.yml",
            """
            name: code
            endpoint_name: flights
            model: azureml:factor:1
            code_configuration: {code: ./src, scoring_script: score.py}
            environment_variables: {TIMES: "7", WORKER_COUNT: "1"}
            """);
        await CallAsync("online-deployment", "create", "-f", file, "--all-traffic");

        using var answer = await _server.Client.PostAsync("/endpoints/flights/score", ServingServer.Json("6"), Ct);

        Assert.Equal("42", await answer.Content.ReadAsStringAsync(Ct));
        Assert.Contains("times 7", await CallAsync("online-deployment", "get-logs", "-n", "code", "-e", "flights"), StringComparison.Ordinal);
        using var followed = new StreamReader(await _server.Client.GetStreamAsync("/api/v1/online-endpoints/flights/deployments/code/logs?lines=0&follow=true", Ct));
        using var again = await _server.Client.PostAsync("/endpoints/flights/score", ServingServer.Json("5"), Ct);
        Assert.Equal("asked 5", await followed.ReadLineAsync(Ct));
        Assert.Equal("asked 5", await CallAsync("online-deployment", "get-logs", "-n", "code", "-e", "flights", "--lines", "1"));
        var (code, _, errors) = await RunAsync("online-deployment", "get-logs", "-n", "nobody", "-e", "flights");
        Assert.Equal((1, true), (code, errors.Contains("does not exist", StringComparison.Ordinal)));
    }

    private static int Metric(string metrics, string name)
    {
        var line = metrics.Split('\n').Single(line =>
            line.StartsWith($"slipway_serving_{name}_total{{", StringComparison.Ordinal) && line.Contains("deployment=\"careful\"", StringComparison.Ordinal));
        return int.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
    }

    private async Task AskAsync(string id, string carrier, params (string Name, string Value)[] headers)
    {
        using var answer = await _server.AskAsync(id, carrier, 900, headers);
        Assert.True(answer.IsSuccessStatusCode);
    }

    private async Task<JsonNode> SqlAsync(string query) => JsonNode.Parse(await CallAsync("sql", query, "-o", "json"))![0]!;

    private async Task<string> WriteAsync(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.File(path))!);
        await File.WriteAllTextAsync(_folder.File(path), text, Ct);
        return _folder.File(path);
    }

    private async Task<string> CallAsync(params string[] arguments)
    {
        var (code, output, errors) = await RunAsync(arguments);
        Assert.True(code == 0, errors);
        return output;
    }

    private async Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        using var errors = new StringWriter(CultureInfo.InvariantCulture);
        var code = await CommandTree.RunAsync([.. arguments, "--server", _server.Client.BaseAddress!.ToString()], output, errors);
        return (code, output.ToString().TrimEnd(), errors.ToString().TrimEnd());
    }
}
