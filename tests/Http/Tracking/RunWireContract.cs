using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Slipway.Http.Tracking;

public abstract class RunWireContract(TrackingServer server)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_comes_back_with_all_that_was_logged()
    {
        var experiment = await server.CreateExperimentAsync("whole");
        var run = await server.CreateRunAsync(experiment, "first");

        await server.PostAsync("runs/log-batch", new JsonObject
        {
            ["run_id"] = run,
            ["metrics"] = new JsonArray(
                new JsonObject { ["key"] = "auc", ["value"] = 0.5, ["timestamp"] = 10, ["step"] = 1 },
                new JsonObject { ["key"] = "auc", ["value"] = 0.75, ["timestamp"] = 11, ["step"] = 2 },
                new JsonObject { ["key"] = "loss", ["value"] = "NaN", ["timestamp"] = 11 }),
            ["params"] = new JsonArray(new JsonObject { ["key"] = "lr", ["value"] = "0.1" }),
            ["tags"] = new JsonArray(new JsonObject { ["key"] = "team", ["value"] = "blue" }),
        });
        await server.PostAsync("runs/update", new JsonObject { ["run_id"] = run, ["status"] = "FINISHED", ["end_time"] = 2000 });
        var found = (await server.GetAsync("runs/get?run_id=" + run))["run"]!;

        Assert.Equal("FINISHED", (string)found["info"]!["status"]!);
        Assert.Equal(2000, (long)found["info"]!["end_time"]!);
        Assert.Equal($"mlflow-artifacts:/{experiment}/{run}/artifacts", (string)found["info"]!["artifact_uri"]!);
        Assert.Equal(
            """[{"key":"auc","value":0.75,"timestamp":11,"step":2},{"key":"loss","value":"NaN","timestamp":11,"step":0}]""",
            found["data"]!["metrics"]!.ToJsonString());
        Assert.Equal("""[{"key":"lr","value":"0.1"}]""", found["data"]!["params"]!.ToJsonString());
        Assert.Equal(
            """[{"key":"mlflow.runName","value":"first"},{"key":"team","value":"blue"}]""",
            found["data"]!["tags"]!.ToJsonString());
        Assert.Equal("{}", found["inputs"]!.ToJsonString());
        Assert.Equal("{}", found["outputs"]!.ToJsonString());
    }

    [Fact]
    public async Task The_artifacts_of_a_run_lie_below_the_place_of_its_experiment_before_the_query()
    {
        var experiment = (string)(await server.PostAsync(
            "experiments/create", new JsonObject { ["name"] = "elsewhere", ["artifact_location"] = "s3://bucket/x?region=eu" }))["experiment_id"]!;

        var run = await server.CreateRunAsync(experiment);

        Assert.Equal(
            $"s3://bucket/x/{run}/artifacts?region=eu",
            (string)(await server.GetAsync("runs/get?run_id=" + run))["run"]!["info"]!["artifact_uri"]!);
    }

    [Fact]
    public async Task Runs_are_found_by_metric_param_and_tag_in_the_order_of_a_metric()
    {
        var experiment = await server.CreateExperimentAsync("search");
        foreach (var (name, auc) in new[] { ("a", "0.7"), ("b", "0.9"), ("c", "\"NaN\""), ("d", "0.8") })
        {
            var run = await server.CreateRunAsync(experiment, name);
            await server.PostAsync("runs/log-batch", new JsonObject
            {
                ["run_id"] = run,
                ["metrics"] = JsonNode.Parse($$"""[{"key":"auc","value":{{auc}},"timestamp":1}]"""),
                ["params"] = new JsonArray(new JsonObject { ["key"] = "lr", ["value"] = "0.1" }),
                ["tags"] = new JsonArray(new JsonObject { ["key"] = "team", ["value"] = "blue" }),
            });
        }

        await server.CreateRunAsync(experiment, "without");

        Assert.Equal(["b", "d", "a", "c", "without"], await NamesAsync(experiment, "", "metrics.auc DESC"));
        Assert.Equal(["a", "d", "b", "c", "without"], await NamesAsync(experiment, "", "metrics.auc"));
        Assert.Equal(["b", "d"], await NamesAsync(
            experiment, "metrics.auc > 0.75 and params.lr = '0.1' AND tags.team LIKE 'b%'", "metrics.auc DESC"));
        Assert.Equal(["c"], await NamesAsync(experiment, "metrics.auc = 0", "metrics.auc DESC"));
        Assert.Equal(["without"], await NamesAsync(experiment, "tags.team IS NULL", "start_time"));
    }

    [Fact]
    public async Task Pages_of_a_search_join_without_gap_or_overlap()
    {
        var experiment = await server.CreateExperimentAsync("pages");
        for (var i = 0; i < 7; i++)
        {
            var run = await server.CreateRunAsync(experiment, $"r{i}");
            if (i < 5)
            {
                await server.PostAsync("runs/log-metric", new JsonObject
                {
                    ["run_id"] = run,
                    ["key"] = "m",
                    ["value"] = i == 4 ? "NaN" : i / 2,
                    ["timestamp"] = 1,
                });
            }
        }

        foreach (var order in new[] { "metrics.m DESC", "start_time ASC", "attributes.run_name DESC", "tags.`mlflow.runName`" })
        {
            var all = await NamesAsync(experiment, "", order);
            var paged = new List<string>();
            string? token = null;
            do
            {
                var page = await SearchAsync(experiment, "", order, 2, token);
                paged.AddRange(Names(page));
                token = (string?)page["next_page_token"];
            }
            while (token is not null);

            Assert.Equal(7, all.Count);
            Assert.Equal(all, paged);
        }
    }

    [Fact]
    public async Task A_long_series_comes_whole_in_pages_and_as_lines()
    {
        var run = await server.CreateRunAsync("0");
        var logged = Enumerable.Range(0, 3000).Select(i => (Step: i, Value: i == 7 ? double.NaN : i / 4.0)).ToList();
        foreach (var batch in logged.Chunk(1000))
        {
            await server.PostAsync("runs/log-batch", new JsonObject
            {
                ["run_id"] = run,
                ["metrics"] = new JsonArray([.. batch.Select(point => new JsonObject
                {
                    ["key"] = "a/b c",
                    ["value"] = double.IsNaN(point.Value) ? "NaN" : point.Value,
                    // The last one is in nanoseconds, which no calendar has as milliseconds.
                    ["timestamp"] = point.Step == 2999 ? 1_700_000_000_000_000_000 : 1_700_000_000_000 + point.Step,
                    ["step"] = point.Step,
                })]),
            });
        }

        var paged = new List<(int Step, double Value)>();
        string? token = null;
        do
        {
            var page = await server.GetAsync($"metrics/get-history?run_id={run}&metric_key=a/b%20c&max_results=700&page_token={token}");
            paged.AddRange(page["metrics"]!.AsArray().Select(Point));
            token = (string?)page["next_page_token"];
        }
        while (token is not null);
        using var answer = await server.Client.GetAsync(new Uri($"/api/v1/runs/{run}/points/a/b%20c", UriKind.Relative), Ct);
        var lines = (await answer.Content.ReadAsStringAsync(Ct)).TrimEnd('\n').Split('\n').Select(line => JsonNode.Parse(line)!).ToList();

        Assert.Equal(logged, paged);
        Assert.Equal("application/x-ndjson", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(logged, lines.Select(Point));
        Assert.Equal("2023-11-14T22:13:20+00:00", (string?)lines[0]["time"]);
        Assert.StartsWith("9999-12-31", (string?)lines[^1]["time"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_points_of_a_run_that_does_not_exist_are_not_found()
    {
        using var answer = await server.Client.GetAsync(new Uri($"/api/v1/runs/{new string('0', 32)}/points/loss", UriKind.Relative), Ct);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    private static (int Step, double Value) Point(JsonNode? point) => ((int)point!["step"]!, point["value"]!.GetValueKind() == JsonValueKind.String
        ? double.NaN
        : (double)point["value"]!);

    private async Task<List<string>> NamesAsync(string experiment, string filter, string order) =>
        Names(await SearchAsync(experiment, filter, order, 100, null));

    private Task<JsonObject> SearchAsync(string experiment, string filter, string order, int limit, string? token) =>
        server.PostAsync("runs/search", new JsonObject
        {
            ["experiment_ids"] = new JsonArray(experiment),
            ["filter"] = filter,
            ["order_by"] = new JsonArray(order),
            ["max_results"] = limit,
            ["page_token"] = token,
        });

    private static List<string> Names(JsonObject page) =>
        [.. (page["runs"]?.AsArray() ?? []).Select(run => (string)run!["info"]!["run_name"]!)];
}

public sealed class RunWireOnSqlite(TrackingServer server) : RunWireContract(server), IClassFixture<TrackingServer>;

public sealed class RunWireOnPostgres(TrackingServerOnPostgres server) : RunWireContract(server), IClassFixture<TrackingServerOnPostgres>;
