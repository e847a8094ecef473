using System.Text.Json.Nodes;
using Xunit;

namespace Slipway.Http.Tracking;

public abstract class RunHistoryContract(TrackingServer server)
{
    [Fact]
    public async Task Each_change_of_a_run_is_told_with_what_was_before()
    {
        var experiment = await server.CreateExperimentAsync("changed");
        var run = await server.CreateRunAsync(experiment, "first");

        await PostAsync("runs/set-tag", $$"""{"run_id": "{{run}}", "key": "stage", "value": "one"}""");
        await PostAsync("runs/set-tag", $$"""{"run_id": "{{run}}", "key": "stage", "value": "one"}""");
        await PostAsync("runs/log-batch", $$"""{"run_id": "{{run}}", "tags": [{"key": "stage", "value": "two"}, {"key": "mlflow.source.name", "value": "x"}, {"key": "mlflow.note.content", "value": "good"}]}""");
        await PostAsync("runs/update", $$"""{"run_id": "{{run}}", "run_name": "second", "status": "FINISHED", "end_time": 5}""");
        await PostAsync("runs/set-tag", $$"""{"run_id": "{{run}}", "key": "mlflow.runName", "value": "third"}""");
        await PostAsync("runs/delete-tag", $$"""{"run_id": "{{run}}", "key": "stage"}""");
        await PostAsync("runs/delete", $$"""{"run_id": "{{run}}"}""");
        await PostAsync("runs/delete", $$"""{"run_id": "{{run}}"}""");
        await PostAsync("runs/restore", $$"""{"run_id": "{{run}}"}""");
        await PostAsync("experiments/delete", $$"""{"experiment_id": "{{experiment}}"}""");

        Assert.Equal(
            [
                "created   -> ",
                "tag stage  -> one",
                "tag mlflow.note.content  -> good",
                "tag stage one -> two",
                "status  RUNNING -> FINISHED",
                "name  first -> second",
                "name  second -> third",
                "tag stage two -> ",
                "deleted   -> ",
                "restored   -> ",
                "deleted   -> with its experiment",
            ],
            (await EventsAsync(run)).Select(happened => $"{happened!["act"]} {happened["key"]} {happened["before"]} -> {happened["after"]}"));
        Assert.All(await EventsAsync(run), happened => Assert.Equal("local", (string)happened!["principal"]!));
    }

    [Fact]
    public async Task A_history_comes_page_by_page()
    {
        var run = await server.CreateRunAsync(await server.CreateExperimentAsync("often changed"));
        for (var i = 0; i < 5; i++)
            await PostAsync("runs/set-tag", $$"""{"run_id": "{{run}}", "key": "n", "value": "{{i}}"}""");

        var first = await server.GetAsync($"/api/v1/runs/{run}/history?limit=3");
        var second = await server.GetAsync($"/api/v1/runs/{run}/history?limit=3&after={first["nextAfter"]}");

        Assert.Equal(4, first["events"]!.AsArray().Count);
        Assert.Equal(["3", "4"], second["events"]!.AsArray().Select(happened => (string)happened!["after"]!));
        Assert.Null(second["nextAfter"]);
        Assert.Equal(404, (await server.SendAsync(HttpMethod.Get, "/api/v1/runs/none/history", null)).Status);
        Assert.Equal(400, (await server.SendAsync(HttpMethod.Get, $"/api/v1/runs/{run}/history?limit=0", null)).Status);
    }

    private async Task<JsonArray> EventsAsync(string run) => (await server.GetAsync($"/api/v1/runs/{run}/history"))["events"]!.AsArray();

    private Task<JsonObject> PostAsync(string path, string body) => server.PostAsync(path, JsonNode.Parse(body)!.AsObject());
}

public sealed class RunHistoryOnSqlite(TrackingServer server) : RunHistoryContract(server), IClassFixture<TrackingServer>;

public sealed class RunHistoryOnPostgres(TrackingServerOnPostgres server)
    : RunHistoryContract(server), IClassFixture<TrackingServerOnPostgres>;
