using System.Text.Json.Nodes;
using Slipway.Http.Registry;
using Xunit;

namespace Slipway.Http.Mlflow;

/// <summary>From an mlruns folder and an mlflow.db to a server.</summary>
public abstract class MlflowImportContract : MlflowStores
{
    [Fact]
    public async Task A_folder_comes_with_its_ids_times_points_and_files()
    {
        var report = await ImportAsync(Folder().WriteAll().Root);

        Assert.Empty(report["leftOut"]!.AsArray());
        var experiment = (await Server.CallAsync("GET", "experiments/get-by-name?experiment_name=team/fraud"))["experiment"]!;
        Assert.Equal((MlflowFolder.Experiment, 1700000000001, "eva"), (
            (string)experiment["experiment_id"]!, (long)experiment["creation_time"]!, (string)experiment["tags"]![0]!["value"]!));
        Assert.Equal("deleted", (string)(await Server.CallAsync("GET", "experiments/get?experiment_id=7"))["experiment"]!["lifecycle_stage"]!);

        var run = (await Server.CallAsync("GET", $"runs/get?run_id={MlflowFolder.Run}"))["run"]!;
        Assert.Equal(("FINISHED", 1700000000000, 1700000009000, "eva"), (
            (string)run["info"]!["status"]!, (long)run["info"]!["start_time"]!, (long)run["info"]!["end_time"]!, (string)run["info"]!["user_id"]!));
        Assert.Equal(["lr=0.1", "opt/name=adam"], Pairs(run["data"]!["params"]!));
        Assert.Equal(["k/nested=ü\nline", "mlflow.runName=first"], Pairs(run["data"]!["tags"]!));
        Assert.Equal(("train", "training"), (
            (string)run["inputs"]!["dataset_inputs"]![0]!["dataset"]!["name"]!, (string)run["inputs"]!["dataset_inputs"]![0]!["tags"]![0]!["value"]!));
        Assert.Equal(2, (long)run["outputs"]!["model_outputs"]![0]!["step"]!);
        Assert.Equal(["1700000000000 1 0", "1700000000001 0.5 1", "1700000000002 1E-05 2"], await SeriesAsync("loss"));
        Assert.Equal(["1700000000000 NaN 0", "1700000000001 1.7976931348623157E+308 1"], await SeriesAsync("train/auc"));
        Assert.Equal(["1700000000003 2.5 0"], await SeriesAsync("old"));
        Assert.Equal(["1700000000009 0.5 4"], await SeriesAsync("acc"));
        Assert.Equal("hello", await Server.DownloadAsync((string)run["info"]!["artifact_uri"]! + "/a.txt"));
        var deleted = (await Server.CallAsync("GET", $"runs/get?run_id={MlflowFolder.Deleted}"))["run"]!;
        Assert.Equal(("deleted", "RUNNING"), ((string)deleted["info"]!["lifecycle_stage"]!, (string)deleted["info"]!["status"]!));
    }

    [Fact]
    public async Task Logged_models_traces_and_registered_models_come_along()
    {
        await ImportAsync(Folder().WriteAll().Root);

        var logged = (await Server.CallAsync("GET", $"logged-models/{MlflowFolder.Model}"))["model"]!;
        Assert.Equal(("net", "LOGGED_MODEL_READY", 1700000000005), (
            (string)logged["info"]!["name"]!, (string)logged["info"]!["status"]!, (long)logged["info"]!["creation_timestamp_ms"]!));
        Assert.Equal(("acc", 0.5, "train"), (
            (string)logged["data"]!["metrics"]![0]!["key"]!, (double)logged["data"]!["metrics"]![0]!["value"]!, (string)logged["data"]!["metrics"]![0]!["dataset_name"]!));

        var trace = (await Server.CallAsync("GET", $"/api/3.0/mlflow/traces/get?trace_id={MlflowFolder.Trace}"))["trace"]!;
        Assert.Equal(("2026-11-27T07:15:56.435Z", "0.071s", true), (
            (string)trace["trace_info"]!["request_time"]!, (string)trace["trace_info"]!["execution_duration"]!,
            (bool)trace["trace_info"]!["assessments"]![0]!["feedback"]!["value"]!));
        Assert.Equal("f", (string)trace["spans"]![0]!["name"]!);

        var model = (await Server.CallAsync("GET", "registered-models/get?name=fraud"))["registered_model"]!;
        Assert.Equal(("a model", 1700000000010), ((string)model["description"]!, (long)model["creation_timestamp"]!));
        Assert.Equal(404, (await Server.SendAsync("GET", "model-versions/get?name=fraud&version=1")).Status);
        var champion = (await Server.CallAsync("GET", "registered-models/alias?name=fraud&alias=champion"))["model_version"]!;
        Assert.Equal(("3", "Staging", 1700000000033, $"runs:/{MlflowFolder.Run}/net"), (
            (string)champion["version"]!, (string)champion["current_stage"]!, (long)champion["creation_timestamp"]!, (string)champion["source"]!));
        foreach (var number in new[] { 2, 3 })
            Assert.Equal("flavors: {}", await Server.TextAsync($"/model-versions/get-artifact?name=fraud&version={number}&path=MLmodel"));
        var next = await Server.CallAsync("POST", "model-versions/create", """{"name": "fraud", "source": "s3://a/b"}""");
        Assert.Equal("4", (string)next["model_version"]!["version"]!);
    }

    [Fact]
    public async Task A_second_import_brings_only_what_is_new()
    {
        var folder = Folder().WriteAll();
        await ImportAsync(folder.Root);
        await Server.CallAsync("POST", "runs/set-tag", $$"""{"run_id": "{{MlflowFolder.Run}}", "key": "k/nested", "value": "changed here"}""");
        File.AppendAllText(Path.Combine(folder.RunFolder, "metrics/loss"), "1700000000003 0.25 3\n");
        folder.Write($"{MlflowFolder.Experiment}/{MlflowFolder.Run}/artifacts/new.txt", "new");
        folder.Write($"{MlflowFolder.Experiment}/{MlflowFolder.Run}/tags/new", "tag");

        var rehearsal = await ImportAsync(folder.Root, dryRun: true);
        var report = await ImportAsync(folder.Root);
        var third = await ImportAsync(folder.Root);

        Assert.Equal("artifacts 1, points 1", Added(rehearsal));
        Assert.Equal("artifacts 1, points 1", Added(report));
        Assert.Equal("", Added(third));
        Assert.Equal([$"run {MlflowFolder.Run}: tag 'k/nested' has another value here"], report["kept"]!.AsArray().Select(line => (string)line!));
        Assert.Equal(4, (await SeriesAsync("loss")).Count);
        var run = (await Server.CallAsync("GET", $"runs/get?run_id={MlflowFolder.Run}"))["run"]!;
        Assert.Equal(["k/nested=changed here", "mlflow.runName=first", "new=tag"], Pairs(run["data"]!["tags"]!));
    }

    [Fact]
    public async Task A_rehearsal_counts_and_writes_nothing()
    {
        var report = await ImportAsync(Folder().WriteAll().Root, dryRun: true);

        Assert.Equal(
            "artifacts 3, experiments 2, logged models 1, model versions 2, points 7, registered models 1, runs 2, traces 1", Added(report));
        Assert.Equal(404, (await Server.SendAsync("GET", "experiments/get-by-name?experiment_name=team/fraud")).Status);
        Assert.Equal(404, (await Server.SendAsync("GET", "registered-models/get?name=fraud")).Status);
    }

    [Fact]
    public async Task A_database_comes_with_the_copy_of_its_artifacts_and_what_it_has_besides_is_told()
    {
        var file = MlflowDatabaseFile.Write(Place.File("mlflow.db"), Place.File("artifacts"));

        var without = await ImportAsync(file);
        var report = await ImportAsync(file, artifacts: Place.File("artifacts"));

        Assert.Contains("the artifacts of 1 runs are not on this machine", (string)without["leftOut"]![0]!, StringComparison.Ordinal);
        Assert.Equal("artifacts 1", Added(report));
        Assert.Equal(["table webhooks: 1 rows are of a kind that is not imported"], report["leftOut"]!.AsArray().Select(line => (string)line!));
        var run = (await Server.CallAsync("GET", $"runs/get?run_id={MlflowDatabaseFile.Run}"))["run"]!;
        Assert.Equal(("5", "FAILED"), ((string)run["info"]!["experiment_id"]!, (string)run["info"]!["status"]!));
        Assert.Equal("train", (string)run["inputs"]!["dataset_inputs"]![0]!["dataset"]!["name"]!);
        Assert.Equal(["1700000000001 0.5 1", "1700000000002 NaN 2"], await SeriesAsync("loss", MlflowDatabaseFile.Run));
        Assert.Equal("flavors: {}", await Server.TextAsync("/model-versions/get-artifact?name=churn&version=4&path=MLmodel"));
        Assert.Equal("4", (string)(await Server.CallAsync("GET", "registered-models/alias?name=churn&alias=live"))["model_version"]!["version"]!);
    }

    [Fact]
    public async Task The_numbers_of_new_experiments_go_on_behind_those_that_came()
    {
        await ImportAsync(MlflowDatabaseFile.Write(Place.File("mlflow.db"), Place.File("artifacts")));
        await ImportAsync(Folder().WriteAll().Root);

        var next = await Server.CallAsync("POST", "experiments/create", """{"name": "next"}""");

        Assert.Equal("8", (string)next["experiment_id"]!);
    }

    [Fact]
    public async Task A_broken_folder_is_told_and_the_others_come()
    {
        var folder = Folder().WriteAll();
        folder.Write($"{MlflowFolder.Experiment}/aaaa/meta.yaml", "run_id: [unclosed");
        folder.Write($"{MlflowFolder.Experiment}/bbbb/meta.yaml", "run_id: not/an/id\nstart_time: 1\nstatus: 3\n");
        folder.Write($"{MlflowFolder.Experiment}/{MlflowFolder.Run}/metrics/loss", "1700000000000 1.0 0\nrubbish\n");

        var report = await ImportAsync(folder.Root, fails: true);

        var leftOut = report["leftOut"]!.AsArray().Select(line => (string)line!).ToList();
        Assert.Equal(3, leftOut.Count);
        Assert.Contains(leftOut, line => line.StartsWith("run not/an/id: Invalid run ID", StringComparison.Ordinal));
        Assert.Contains(leftOut, line => line.Contains("aaaa", StringComparison.Ordinal) && line.Contains("meta.yaml:", StringComparison.Ordinal));
        Assert.Contains($"run {MlflowFolder.Run}: 1 lines of the metric 'loss' are no points", leftOut);
        Assert.Equal(["1700000000000 1 0"], await SeriesAsync("loss"));
    }

    [Fact]
    public async Task A_version_that_is_another_one_here_stays()
    {
        await Server.CallAsync("POST", "registered-models/create", """{"name": "fraud"}""");
        foreach (var source in new[] { "s3://a/1", "s3://a/2" })
            await Server.CallAsync("POST", "model-versions/create", $$"""{"name": "fraud", "source": "{{source}}"}""");
        await Server.CallAsync("POST", "registered-models/alias", """{"name": "fraud", "alias": "champion", "version": "1"}""");

        var report = await ImportAsync(Folder().WriteAll().Root);

        Assert.Equal(
            [
                "registered model 'fraud': version 2 is another one here; the source's was left out",
                "registered model 'fraud': alias 'champion' is at version 1 here, at 3 in the source",
            ],
            report["kept"]!.AsArray().Select(line => (string)line!));
        Assert.Equal("s3://a/2", (string)(await Server.CallAsync("GET", "model-versions/get?name=fraud&version=2"))["model_version"]!["source"]!);
        Assert.Equal($"runs:/{MlflowFolder.Run}/net", (string)(await Server.CallAsync("GET", "model-versions/get?name=fraud&version=3"))["model_version"]!["source"]!);
    }

    private async Task<List<string>> SeriesAsync(string key, string run = MlflowFolder.Run)
    {
        var answer = await Server.CallAsync("GET", $"metrics/get-history?run_id={run}&metric_key={Uri.EscapeDataString(key)}");
        return [.. answer["metrics"]!.AsArray().Select(point => $"{point!["timestamp"]} {point["value"]} {point["step"]}")];
    }

    private static string Added(JsonObject report) => string.Join(", ", report["counts"]!.AsObject()
        .Where(count => (long)count.Value!["added"]! > 0).Select(count => $"{count.Key} {count.Value!["added"]}"));

    private static IEnumerable<string> Pairs(JsonNode pairs) => pairs.AsArray().Select(pair => $"{pair!["key"]}={pair["value"]}").Order(StringComparer.Ordinal);
}

public sealed class MlflowImportOnSqlite : MlflowImportContract
{
    private protected override RegistryServer Server { get; } = new();
}

public sealed class MlflowImportOnPostgres : MlflowImportContract
{
    private protected override RegistryServer Server { get; } = new RegistryServerOnPostgres();
}
