using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Slipway.EndToEnd.CommandLine;
using Slipway.EndToEnd.Jobs;
using Slipway.Shared;
using Xunit;

namespace Slipway.EndToEnd.Demo;

/// <summary>A server on the home of a demo that has ended.</summary>
public sealed class DemoServer(DemoRun demo) : IAsyncLifetime
{
    private ServerProcess _server = null!;

    public Uri Address => _server.Client.Server;

    public async ValueTask InitializeAsync() => _server = await ServerProcess.StartAsync(demo.Home, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _server.KillAsync();
        _server.Dispose();
    }
}

[Collection(DemoCollection.Name)]
public sealed class PlayedDemoTests(DemoServer server) : IClassFixture<DemoServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task From_a_prediction_one_finds_the_way_back_to_the_raw_file()
    {
        var edges = await AskAsync("lineage", "show", "prediction:w04-0000.0");

        var nodes = edges.AsArray().Select(edge => edge!["from"]!.ToString()).ToHashSet();
        Assert.Superset(
            new HashSet<string>
            {
                "deployment:flights/v1", "model:flights-late@1", "data:flights-features@4", "data:flights-raw@4", "data:flights-raw@1",
            },
            nodes);
        Assert.Contains(nodes, node => node.StartsWith("gate:", StringComparison.Ordinal));
        Assert.Contains(nodes, node => node.StartsWith("run:", StringComparison.Ordinal));
        Assert.Contains(nodes, node => node.StartsWith("file:", StringComparison.Ordinal) && node.EndsWith("flights-3m.parquet", StringComparison.Ordinal));
    }

    [Fact]
    public async Task From_the_first_raw_week_one_finds_all_that_it_touched()
    {
        var edges = await AskAsync("lineage", "impact", "data:flights-raw@1");

        Assert.Superset(
            new HashSet<string>
            {
                "data:flights-clean@1", "data:flights-features@1", "data:flights-raw@6", "data:flights-features@6",
                "model:flights-late@1", "model:flights-late@2", "model:flights-late@3", "deployment:flights/v1",
            },
            edges.AsArray().Select(edge => edge!["to"]!.ToString()).ToHashSet());
    }

    [Fact]
    public async Task The_lineage_is_drawn_for_people()
    {
        var call = await SlipwayProgram.RunAsync(
            "lineage", "show", "prediction:w04-0000.0", "--output", "table", "--server", server.Address.ToString());

        Assert.Equal(0, call.ExitCode);
        Assert.StartsWith("prediction:w04-0000.0\n", call.Output, StringComparison.Ordinal);
        Assert.Contains("model:flights-late@1", call.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_champion_its_history_and_the_runs_are_shown()
    {
        var champion = await AskAsync("model", "show", "flights-late@champion");
        var history = (await AskAsync("model", "history", "flights-late")).AsArray();
        var runs = (await AskAsync("run", "list", "--experiment", "flights", "--order-by", "metrics.auc desc", "--max-results", "10000")).AsArray();

        Assert.Contains("champion", champion["aliases"]!.AsArray().Select(alias => alias!.ToString()));
        Assert.All(history, act => Assert.NotEqual("", act!["reason"]!.ToString()));
        Assert.Superset(
            new HashSet<string> { "registered", "accepted", "alias", "deployed", "traffic" },
            history.Select(act => act!["act"]!.ToString()).ToHashSet());
        var auc = runs.Select(run => run!["metrics"]!["auc"]?.GetValue<double>()).ToList();
        Assert.NotNull(auc[0]);
        Assert.Equal(auc.OrderByDescending(value => value ?? double.NegativeInfinity), auc);
    }

    [Fact]
    public async Task Data_versions_answer_sql()
    {
        var rows = (await AskAsync(
            "sql", "select origin, avg(late) as late from 'data:flights-features@latest' group by 1 order by 2 desc limit 5")).AsArray();

        Assert.Equal(5, rows.Count);
        Assert.All(rows, row => Assert.InRange(row!["late"]!.GetValue<double>(), 0.2, 1));
    }

    [Fact]
    public async Task The_endpoint_answers_and_the_metrics_and_routes_are_told()
    {
        using var http = new HttpClient { BaseAddress = server.Address };
        using var body = new StringContent(
            await File.ReadAllTextAsync(Repository.Path("examples/flights/request.json"), Ct), new MediaTypeHeaderValue("application/json"));

        using var answer = await http.PostAsync(new Uri("endpoints/flights/v2/models/flights-late/infer", UriKind.Relative), body, Ct);
        var text = await answer.Content.ReadAsStringAsync(Ct);
        var metrics = await http.GetStringAsync(new Uri("metrics", UriKind.Relative), Ct);
        var routes = JsonNode.Parse(await http.GetStringAsync(new Uri("openapi/v1.json", UriKind.Relative), Ct))!;

        Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
        var outputs = JsonNode.Parse(text)!["outputs"]!.AsArray();
        var probabilities = outputs.Single(output => output!["name"]!.ToString() == "probabilities")!["data"]!.AsArray();
        Assert.Equal(1, probabilities.Sum(value => value!.GetValue<double>()), 5);
        Assert.Contains("slipway_serving_rows_total", metrics, StringComparison.Ordinal);
        Assert.Contains("/api/v1/jobs", routes["paths"]!.AsObject().Select(path => path.Key));
        await Promtool.AcceptsMetricsAsync(metrics, Ct);
    }

    private Task<JsonNode> AskAsync(params string[] arguments) => SlipwayProgram.AskAsync(server.Address, arguments);
}
