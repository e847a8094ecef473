using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Slipway.Cli.Mlflow;
using Slipway.Client;
using Slipway.Http.Registry;
using Slipway.Shared;
using Xunit;

namespace Slipway.Http.Mlflow;

/// <summary>From an mlruns folder and an mlflow.db to a server, and back; each test has a server of its own.</summary>
public abstract class MlflowImportContract : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private SlipwayClient _client = null!;

    private protected abstract RegistryServer Server { get; }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await Server.InitializeAsync();
        _client = new SlipwayClient(Server.Address);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _client.Dispose();
        await Server.DisposeAsync();
        _folder.Dispose();
    }

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
        var file = MlflowDatabaseFile.Write(_folder.File("mlflow.db"), _folder.File("artifacts"));

        var without = await ImportAsync(file);
        var report = await ImportAsync(file, artifacts: _folder.File("artifacts"));

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
        await ImportAsync(MlflowDatabaseFile.Write(_folder.File("mlflow.db"), _folder.File("artifacts")));
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

    [Fact]
    public async Task What_is_exported_is_what_was_imported()
    {
        var source = Folder().WriteAll();
        await ImportAsync(source.Root);
        var target = _folder.File("exported");

        await ExportAsync(target);
        var again = await ExportAsync(target);

        Assert.Equal(0, (long)again["counts"]!["artifacts"]!["added"]!);
        using var before = new FileSource(source.Root);
        using var after = new FileSource(target);
        var (was, now) = (Of(before), Of(after));
        Assert.Equal(Without(was.Body), Without(now.Body));
        Assert.Equal(Runs(before, was).Count, Runs(after, now).Count);
        foreach (var (id, run) in Runs(before, was))
        {
            var exported = Runs(after, now)[id];
            Assert.Equal(Without(run.Body), Without(exported.Body));
            foreach (var key in run.Metrics.Keys)
                Assert.Equal(before.Points(run, key).Select(Finite), after.Points(exported, key));
        }

        Assert.Equal(Without(before.LoggedModels(was).Single().Body), Without(after.LoggedModels(now).Single().Body));
        Assert.Equal("hello", File.ReadAllText(Path.Combine(target, MlflowFolder.Experiment, MlflowFolder.Run, "artifacts", "a.txt")));
        var versions = after.Models().Single().Versions;
        Assert.Equal([$"models:/{MlflowFolder.Model}", $"runs:/{MlflowFolder.Run}/net"], versions.Select(version => version.Source));
        Assert.Equal("3", (string)after.Models().Single().Body["aliases"]!["champion"]!.ToString());
        var trace = Assert.Single(after.Traces(now));
        Assert.Equal(before.Traces(was).Single().Info["assessments"]![0]!["feedback"]!.ToJsonString(), trace.Info["assessments"]![0]!["feedback"]!.ToJsonString());
        Assert.Equal("{\"x\": 1}", (string)trace.Spans.Single()["attributes"]!["mlflow.spanInputs"]!);
    }

    [Fact]
    public async Task An_exported_database_has_what_spans_cost_and_by_which_model()
    {
        await ImportAsync(Folder().WriteAll().Root);
        var target = _folder.File("costs.db");

        await ExportAsync(target);

        await using var connection = new SqliteConnection($"Data Source={target};Pooling=False");
        await connection.OpenAsync(Ct);
        await using var command = connection.CreateCommand();
        command.CommandText = "select group_concat(m.key || '=' || m.value, ' ') || ' ' || s.dimension_attributes from span_metrics m join spans s using (trace_id, span_id)";
        Assert.Equal("input_cost=0.25 total_cost=0.75 {\"mlflow.llm.model\":\"m-1\"}", await command.ExecuteScalarAsync(Ct));
    }

    [Theory]
    [InlineData("exported")]
    [InlineData("exported.db")]
    public async Task What_is_exported_and_imported_elsewhere_is_the_same_there(string form)
    {
        await ImportAsync(Folder().WriteAll().Root);
        await JudgeAsync("expected", """{"expectation": {"value": {"facts": [1, "two", null]}}, "metadata": {"by": "eva"}}""");
        await JudgeAsync("good", """{"feedback": {"value": 0.5, "error": {"error_code": "E", "error_message": "m"}}, "rationale": "because"}""");
        await Server.CallAsync("POST", "registered-models/set-tag", """{"name": "fraud", "key": "team/a", "value": "b"}""");
        await ExportAsync(_folder.File("first.db"));
        await ExportAsync(_folder.File(form), _folder.File("files"));

        await using var other = Server is RegistryServerOnPostgres ? new RegistryServerOnPostgres() : new RegistryServer();
        await other.InitializeAsync();
        using var there = new SlipwayClient(other.Address);
        await ImportAsync(_folder.File(form), artifacts: _folder.File("files"), client: there);
        await ExportAsync(_folder.File("second.db"), client: there);

        Assert.Equal(Rows(_folder.File("first.db")), Rows(_folder.File("second.db")));
        var run = (await Server.CallAsync("GET", $"runs/get?run_id={MlflowFolder.Run}"))["run"]!;
        Assert.Equal("hello", await other.DownloadAsync((string)run["info"]!["artifact_uri"]! + "/a.txt"));
    }

    [Fact]
    public async Task A_database_is_not_written_twice_and_a_broken_export_leaves_none()
    {
        await ImportAsync(Folder().WriteAll().Root);
        await ExportAsync(_folder.File("once.db"));

        var refusal = Assert.Throws<Slipway.Kernel.SlipwayException>(() => new SqliteTarget(_folder.File("once.db"), _folder.File("files")));
        using (new SqliteTarget(_folder.File("broken.db"), _folder.File("files")))
        {
            // The export ends before it is complete.
        }

        Assert.Contains("name a new file", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(Path.GetDirectoryName(_folder.File("x"))!, "broken*"));
    }

    private MlflowFolder Folder() => new(_folder.File("mlruns"));

    private Task JudgeAsync(string name, string body)
    {
        var assessment = JsonNode.Parse(body)!.AsObject();
        assessment["assessment_name"] = name;
        assessment["source"] = JsonNode.Parse("""{"source_type": "HUMAN", "source_id": "eva"}""");
        return Server.CallAsync(
            "POST", $"/api/3.0/mlflow/traces/{MlflowFolder.Trace}/assessments", new JsonObject { ["assessment"] = assessment }.ToJsonString());
    }

    // All tables of a database, but for when a server made its first experiment.
    private static List<string> Rows(string file)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "update experiments set creation_time = 0, last_update_time = 0 where experiment_id = 0; select name from sqlite_master where type = 'table' order by name";
        var tables = new List<string>();
        using (var names = command.ExecuteReader())
        {
            while (names.Read())
                tables.Add(names.GetString(0));
        }

        var rows = new List<string>();
        foreach (var table in tables)
        {
            command.CommandText = $"select * from \"{table}\"";
            using var reader = command.ExecuteReader();
            while (reader.Read())
                rows.Add($"{table}: {string.Join(" | ", Enumerable.Range(0, reader.FieldCount).Select(i => $"{reader.GetName(i)}={reader.GetValue(i)}"))}");
        }

        rows.Sort(StringComparer.Ordinal);
        return rows;
    }

    private async Task<JsonObject> ImportAsync(
        string path, bool dryRun = false, string? artifacts = null, bool fails = false, SlipwayClient? client = null)
    {
        using IMlflowSource source = Directory.Exists(path) ? new FileSource(path) : new SqliteSource(new MlflowDatabase(path), "default");
        var report = new ImportReport(TextWriter.Null);
        var places = new ArtifactPlaces(Path.GetDirectoryName(path)!, artifacts);
        await new MlflowImport(new ImportServer(client ?? _client), source, places, new ImportOptions([], Models: false, dryRun), report).RunAsync(Ct);
        var json = report.ToJson(path, dryRun);
        Assert.True(report.HasFailures == fails, json.ToJsonString());
        return json;
    }

    private async Task<JsonObject> ExportAsync(string target, string? artifacts = null, SlipwayClient? client = null)
    {
        var report = new ImportReport(TextWriter.Null);
        using IMlflowTarget written = Path.GetExtension(target) == ".db"
            ? new SqliteTarget(target, artifacts ?? target + ".artifacts")
            : new FileTarget(target, report);
        await new MlflowExport(new ExportServer(client ?? _client), written, report).RunAsync([], Ct);
        Assert.False(report.HasFailures);
        return report.ToJson(target, dryRun: false);
    }

    private async Task<List<string>> SeriesAsync(string key, string run = MlflowFolder.Run)
    {
        var answer = await Server.CallAsync("GET", $"metrics/get-history?run_id={run}&metric_key={Uri.EscapeDataString(key)}");
        return [.. answer["metrics"]!.AsArray().Select(point => $"{point!["timestamp"]} {point["value"]} {point["step"]}")];
    }

    private static string Added(JsonObject report) => string.Join(", ", report["counts"]!.AsObject()
        .Where(count => (long)count.Value!["added"]! > 0).Select(count => $"{count.Key} {count.Value!["added"]}"));

    private static IEnumerable<string> Pairs(JsonNode pairs) => pairs.AsArray().Select(pair => $"{pair!["key"]}={pair["value"]}").Order(StringComparer.Ordinal);

    private static SourceExperiment Of(FileSource source) => source.Experiments().Single(experiment => experiment.Id == MlflowFolder.Experiment);

    private static Dictionary<string, SourceRun> Runs(FileSource source, SourceExperiment experiment) =>
        source.Runs(experiment).ToDictionary(run => run.Id);

    // An infinity is kept as the greatest number, and the time of a deletion is not on MLflow's wire.
    private static SourcePoint Finite(SourcePoint point) =>
        double.IsInfinity(point.Value) ? point with { Value = Math.CopySign(double.MaxValue, point.Value) } : point;

    private static string Without(JsonObject body)
    {
        var copy = body.DeepClone().AsObject();
        copy.Remove("deletedAt");
        if (copy["tags"] is JsonObject tags)
            copy["tags"] = new JsonObject(tags.Where(tag => tag.Key != "mlflow.modelVersions").Select(tag => KeyValuePair.Create(tag.Key, tag.Value?.DeepClone())));
        return copy.ToJsonString();
    }
}

public sealed class MlflowImportOnSqlite : MlflowImportContract
{
    private protected override RegistryServer Server { get; } = new();
}

public sealed class MlflowImportOnPostgres : MlflowImportContract
{
    private protected override RegistryServer Server { get; } = new RegistryServerOnPostgres();
}
