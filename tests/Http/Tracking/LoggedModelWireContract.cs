using System.Text.Json.Nodes;
using Xunit;

namespace Slipway.Http.Tracking;

public abstract class LoggedModelWireContract(TrackingServer server)
{
    [Fact]
    public async Task A_model_is_made_measured_finished_and_found()
    {
        var experiment = await server.CreateExperimentAsync("models");
        var run = await server.CreateRunAsync(experiment);
        var good = await CreateAsync(experiment, "good", run);
        var bad = await CreateAsync(experiment, "bad", run);

        await MeasureAsync(run, good, 0.9, "test");
        await MeasureAsync(run, bad, 0.4, "test");
        await server.SendTextAsync(HttpMethod.Patch, $"logged-models/{good}", """{"status": "LOGGED_MODEL_READY"}""");
        var found = (await server.GetAsync("logged-models/" + good))["model"]!;

        Assert.Equal("LOGGED_MODEL_READY", (string)found["info"]!["status"]!);
        Assert.Equal($"mlflow-artifacts:/{experiment}/models/{good}/artifacts", (string)found["info"]!["artifact_uri"]!);
        Assert.Equal("""[{"key":"depth","value":"6"}]""", found["data"]!["params"]!.ToJsonString());
        Assert.Equal(
            $$"""[{"key":"auc","value":0.9,"timestamp":5,"step":0,"dataset_name":"test","dataset_digest":"1","model_id":"{{good}}","run_id":"{{run}}"}]""",
            found["data"]!["metrics"]!.ToJsonString());
        Assert.Equal(["good"], await SearchAsync(experiment, "metrics.auc > 0.5"));
        Assert.Equal(["good"], await SearchAsync(experiment, "status = 2"));
        Assert.Equal(["good"], await SearchAsync(experiment, "attributes.status = 'READY' and params.depth = '6'"));
        Assert.Equal(["bad", "good"], await SearchAsync(experiment, "tags.team IN ('blue')", "metrics.auc"));
        Assert.Equal(["good", "bad"], await SearchAsync(experiment, "", "metrics.auc", ascending: false));
        Assert.Equal(["bad", "good"], await SearchAsync(experiment, "name LIKE '%d'", "name"));
        Assert.Equal([], await SearchAsync(experiment, "metrics.auc > 0.5", dataset: "train"));
    }

    [Fact]
    public async Task A_param_of_a_model_stays_and_a_deleted_model_is_gone()
    {
        var experiment = await server.CreateExperimentAsync("model changes");
        var id = await CreateAsync(experiment, "m", null);

        var (taken, answer) = await server.SendTextAsync(
            HttpMethod.Post, $"logged-models/{id}/params", """{"params": [{"key": "depth", "value": "7"}]}""");
        await server.SendTextAsync(HttpMethod.Patch, $"logged-models/{id}/tags", """{"tags": [{"key": "a", "value": "b"}]}""");
        var (first, _) = await server.SendTextAsync(HttpMethod.Delete, $"logged-models/{id}/tags/a", "{}");
        var (second, _) = await server.SendTextAsync(HttpMethod.Delete, $"logged-models/{id}/tags/a", "{}");
        await server.SendTextAsync(HttpMethod.Delete, $"logged-models/{id}", "{}");
        var (gone, _) = await server.SendAsync(HttpMethod.Get, $"logged-models/{id}", null);
        var (kept, _) = await server.SendAsync(HttpMethod.Get, $"logged-models/{id}?allow_deleted=true", null);

        Assert.Equal((400, "RESOURCE_ALREADY_EXISTS"), (taken, (string?)answer["error_code"]));
        Assert.Equal((200, 404, 404, 200), (first, second, gone, kept));
    }

    private async Task<string> CreateAsync(string experiment, string name, string? run) => (string)(await server.PostAsync(
        "logged-models",
        new JsonObject
        {
            ["experiment_id"] = experiment,
            ["name"] = name,
            ["source_run_id"] = run,
            ["params"] = new JsonArray(new JsonObject { ["key"] = "depth", ["value"] = "6" }),
            ["tags"] = new JsonArray(new JsonObject { ["key"] = "team", ["value"] = "blue" }),
        }))["model"]!["info"]!["model_id"]!;

    private Task MeasureAsync(string run, string model, double value, string dataset) => server.PostAsync(
        "runs/log-batch",
        new JsonObject
        {
            ["run_id"] = run,
            ["metrics"] = new JsonArray(new JsonObject
            {
                ["key"] = "auc",
                ["value"] = value,
                ["timestamp"] = 5,
                ["model_id"] = model,
                ["dataset_name"] = dataset,
                ["dataset_digest"] = "1",
            }),
        });

    private async Task<IEnumerable<string>> SearchAsync(
        string experiment, string filter, string? order = null, bool ascending = true, string? dataset = null)
    {
        var found = await server.PostAsync("logged-models/search", new JsonObject
        {
            ["experiment_ids"] = new JsonArray(experiment),
            ["filter"] = filter,
            ["order_by"] = order is null ? null : new JsonArray(new JsonObject { ["field_name"] = order, ["ascending"] = ascending }),
            ["datasets"] = dataset is null ? null : new JsonArray(new JsonObject { ["dataset_name"] = dataset }),
        });
        return (found["models"]?.AsArray() ?? []).Select(model => (string)model!["info"]!["name"]!);
    }
}

public sealed class LoggedModelWireOnSqlite(TrackingServer server)
    : LoggedModelWireContract(server), IClassFixture<TrackingServer>;

public sealed class LoggedModelWireOnPostgres(TrackingServerOnPostgres server)
    : LoggedModelWireContract(server), IClassFixture<TrackingServerOnPostgres>;
