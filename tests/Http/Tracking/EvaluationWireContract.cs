using System.Text.Json.Nodes;
using Xunit;

namespace Slipway.Http.Tracking;

public abstract class EvaluationWireContract(TrackingServer server)
{
    private const string Datasets = "/api/3.0/mlflow/datasets";
    private const string Scorers = "/api/3.0/mlflow/scorers";

    [Fact]
    public async Task Records_of_equal_inputs_are_one()
    {
        var id = await CreateAsync("merged", []);

        var first = await PutAsync(id, """[{"inputs": {"q": "a", "n": 1}, "expectations": {"x": 1}, "tags": {"mlflow.user": "eva"}}, {"inputs": {"q": "b"}}]""");
        var second = await PutAsync(id, """[{"inputs": {"n": 1, "q": "a"}, "outputs": "yes", "expectations": {"y": [2]}}, {"inputs": {"q": "c"}}]""");
        var page = await server.GetAsync($"{Datasets}/{id}/records?max_results=2");
        var rest = await server.GetAsync($"{Datasets}/{id}/records?max_results=2&page_token={Uri.EscapeDataString((string)page["next_page_token"]!)}");
        var records = JsonNode.Parse((string)page["records"]!)!.AsArray();
        var dataset = (await server.GetAsync($"{Datasets}/{id}"))["dataset"]!;

        Assert.Equal("""{"inserted_count":2,"updated_count":0}""", first.ToJsonString());
        Assert.Equal("""{"inserted_count":1,"updated_count":1}""", second.ToJsonString());
        Assert.Equal("""{"x":1,"y":[2]}""", records[0]!["expectations"]!.ToJsonString());
        Assert.Equal(("yes", "eva"), ((string)records[0]!["outputs"]!, (string)records[0]!["created_by"]!));
        Assert.Single(JsonNode.Parse((string)rest["records"]!)!.AsArray());
        Assert.Equal("""{"num_records":3}""", (string)dataset["profile"]!);
        Assert.Contains("\"inputs\":{\"q\":\"string\",\"n\":\"integer\"}", (string)dataset["schema"]!, StringComparison.Ordinal);

        var (_, deleted) = await server.SendAsync(
            HttpMethod.Delete, $"{Datasets}/{id}/records", new JsonObject { ["dataset_record_ids"] = new JsonArray((string)records[0]!["dataset_record_id"]!) });
        Assert.Equal(1, (int)deleted["deleted_count"]!);
    }

    [Fact]
    public async Task Datasets_are_found_by_experiment_name_and_tag()
    {
        var experiment = await server.CreateExperimentAsync("evaluated");
        var other = await server.CreateExperimentAsync("not evaluated");
        var first = await CreateAsync("alpha", [experiment], """{"team": "ml"}""");
        var second = await CreateAsync("beta", [], """{"team": "data"}""");

        Assert.Equal([first], await SearchAsync(new JsonObject { ["experiment_ids"] = new JsonArray(experiment) }));
        Assert.Equal([second], await SearchAsync(new JsonObject { ["filter_string"] = "tags.team = 'data' AND name LIKE 'b%'" }));
        await server.PostAsync($"{Datasets}/{second}/add-experiments", new JsonObject { ["experiment_ids"] = new JsonArray(experiment, other) });
        Assert.Equal(
            [second, first],
            await SearchAsync(new JsonObject { ["experiment_ids"] = new JsonArray(experiment), ["order_by"] = new JsonArray("name DESC") }));
        await server.PostAsync($"{Datasets}/{second}/remove-experiments", new JsonObject { ["experiment_ids"] = new JsonArray(other) });
        await server.SendAsync(HttpMethod.Patch, $"{Datasets}/{second}/tags", new JsonObject { ["tags"] = """{"team": null, "new": "1"}""" });
        await server.SendAsync(HttpMethod.Delete, $"{Datasets}/{second}/tags/team", null);
        var changed = (await server.GetAsync($"{Datasets}/{second}"))["dataset"]!;

        Assert.Equal("""{"new":"1"}""", (string)changed["tags"]!);
        Assert.Equal([experiment], changed["experiment_ids"]!.AsArray().Select(id => (string)id!));
    }

    [Fact]
    public async Task A_scorer_has_versions()
    {
        var experiment = await server.CreateExperimentAsync("scored");
        var place = $"experiment_id={experiment}&name=judge";
        foreach (var version in new[] { "a", "b" })
            await RegisterAsync(experiment, $$"""{"name": "{{version}}"}""");

        var latest = (await server.GetAsync($"{Scorers}/get?{place}"))["scorer"]!;
        var listed = (await server.GetAsync($"{Scorers}/list?experiment_id={experiment}"))["scorers"]!.AsArray();

        Assert.Equal((2, """{"name": "b"}"""), ((int)latest["scorer_version"]!, (string)latest["serialized_scorer"]!));
        Assert.Single(listed);
        var body = new JsonObject { ["experiment_id"] = experiment, ["name"] = "judge" };
        await server.SendAsync(HttpMethod.Delete, $"{Scorers}/delete", new JsonObject { ["experiment_id"] = experiment, ["name"] = "judge", ["version"] = 1 });
        Assert.Single((await server.GetAsync($"{Scorers}/versions?{place}"))["scorers"]!.AsArray());
        await server.SendAsync(HttpMethod.Delete, $"{Scorers}/delete", body);
        Assert.Equal(404, (await server.SendAsync(HttpMethod.Get, $"{Scorers}/get?{place}", null)).Status);
    }

    [Fact]
    public async Task A_scorer_judges_nothing_by_itself()
    {
        var experiment = await server.CreateExperimentAsync("not sampled");
        var id = (string)(await RegisterAsync(experiment, "{}"))["scorer_id"]!;
        var config = new JsonObject { ["experiment_id"] = experiment, ["name"] = "judge", ["sample_rate"] = 0.0 };

        var stopped = await server.SendAsync(HttpMethod.Put, $"{Scorers}/online-config", config);
        config["sample_rate"] = 0.5;
        var started = await server.SendAsync(HttpMethod.Put, $"{Scorers}/online-config", config);
        var listed = await server.GetAsync($"{Scorers}/online-configs?scorer_ids={id}");

        Assert.Equal((200, id), (stopped.Status, (string)stopped.Answer["config"]!["scorer_id"]!));
        Assert.Equal(501, started.Status);
        Assert.Equal("""{"configs":[]}""", listed.ToJsonString());
    }

    [Theory]
    [InlineData("POST", "/api/3.0/mlflow/datasets/create", """{}""", 400)]
    [InlineData("POST", "/api/3.0/mlflow/datasets/create", """{"name": "x", "tags": "[1]"}""", 400)]
    [InlineData("POST", "/api/3.0/mlflow/datasets/create", """{"name": "x", "tags": "{"}""", 400)]
    [InlineData("POST", "/api/3.0/mlflow/datasets/create", """{"name": "x", "experiment_ids": ["999999"]}""", 404)]
    [InlineData("GET", "/api/3.0/mlflow/datasets/d-none", null, 404)]
    [InlineData("POST", "/api/3.0/mlflow/datasets/d-none/records", """{"records": "[]"}""", 404)]
    [InlineData("POST", "/api/3.0/mlflow/datasets/d-none/records", """{"records": "[{}]"}""", 400)]
    [InlineData("POST", "/api/3.0/mlflow/datasets/search", """{"filter_string": "nam = 'x'"}""", 400)]
    [InlineData("POST", "/api/3.0/mlflow/scorers/register", """{"experiment_id": "0", "name": "a", "serialized_scorer": "no"}""", 400)]
    [InlineData("POST", "/api/3.0/mlflow/scorers/register", """{"experiment_id": "0", "name": "a", "serialized_scorer": "{\"call_source\": \"x\"}"}""", 400)]
    [InlineData("DELETE", "/api/3.0/mlflow/scorers/delete", """{"experiment_id": "0", "name": "none"}""", 404)]
    [InlineData("PUT", "/api/3.0/mlflow/scorers/online-config", "{}", 400)]
    [InlineData("PUT", "/api/3.0/mlflow/scorers/online-config", """{"experiment_id": "0", "name": "none", "sample_rate": 0}""", 404)]
    [InlineData("PUT", "/api/3.0/mlflow/scorers/online-config", """{"experiment_id": "0", "name": "none", "sample_rate": 1.5}""", 400)]
    [InlineData("GET", "/api/3.0/mlflow/scorers/online-configs", null, 400)]
    public async Task Wrong_requests_are_refused(string method, string path, string? body, int status) =>
        Assert.Equal(status, (await server.SendTextAsync(new HttpMethod(method), path, body)).Status);

    private async Task<string> CreateAsync(string name, string[] experiments, string tags = "{}") => (string)(await server.PostAsync(
        $"{Datasets}/create",
        new JsonObject
        {
            ["name"] = name,
            ["tags"] = tags,
            ["experiment_ids"] = new JsonArray([.. experiments.Select(id => (JsonNode)id)]),
        }))["dataset"]!["dataset_id"]!;

    private Task<JsonObject> PutAsync(string id, string records) =>
        server.PostAsync($"{Datasets}/{id}/records", new JsonObject { ["records"] = records });

    private Task<JsonObject> RegisterAsync(string experiment, string scorer) => server.PostAsync(
        $"{Scorers}/register", new JsonObject { ["experiment_id"] = experiment, ["name"] = "judge", ["serialized_scorer"] = scorer });

    private async Task<IEnumerable<string>> SearchAsync(JsonObject query) =>
        (await server.PostAsync($"{Datasets}/search", query))["datasets"]!.AsArray().Select(dataset => (string)dataset!["dataset_id"]!);
}

public sealed class EvaluationWireOnSqlite(TrackingServer server) : EvaluationWireContract(server), IClassFixture<TrackingServer>;

public sealed class EvaluationWireOnPostgres(TrackingServerOnPostgres server)
    : EvaluationWireContract(server), IClassFixture<TrackingServerOnPostgres>;
