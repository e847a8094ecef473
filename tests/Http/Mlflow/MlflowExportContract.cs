using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Slipway.Cli.Mlflow;
using Slipway.Client;
using Slipway.Http.Registry;
using Xunit;

namespace Slipway.Http.Mlflow;

/// <summary>From a server to an mlruns folder and an mlflow.db.</summary>
public abstract class MlflowExportContract : MlflowStores
{
    [Fact]
    public async Task What_is_exported_is_what_was_imported()
    {
        var source = Folder().WriteAll();
        await ImportAsync(source.Root);
        var target = Place.File("exported");

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
        var target = Place.File("costs.db");

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
        await LinkAsync();
        var attachment = $"{MlflowFolder.Experiment}/traces/{MlflowFolder.Trace}/artifacts/attachments/a1";
        await Server.UploadAsync(attachment, "picture");
        await ExportAsync(Place.File("first.db"));
        await ExportAsync(Place.File(form), Place.File("files"));

        await using var other = Server is RegistryServerOnPostgres ? new RegistryServerOnPostgres() : new RegistryServer();
        await other.InitializeAsync();
        using var there = new SlipwayClient(other.Address);
        await ImportAsync(Place.File(form), artifacts: Place.File("files"), client: there);
        await ExportAsync(Place.File("second.db"), client: there);

        var rows = Rows(Place.File("first.db"));
        Assert.Equal(rows, Rows(Place.File("second.db")));
        Assert.Equal(2, rows.Count(row => row.StartsWith("entity_associations: ", StringComparison.Ordinal)));
        Assert.Equal("picture", await other.DownloadAsync("mlflow-artifacts:/" + attachment));
        var run = (await Server.CallAsync("GET", $"runs/get?run_id={MlflowFolder.Run}"))["run"]!;
        Assert.Equal("hello", await other.DownloadAsync((string)run["info"]!["artifact_uri"]! + "/a.txt"));
    }

    [Fact]
    public async Task A_database_is_not_written_twice_and_a_broken_export_leaves_none()
    {
        await ImportAsync(Folder().WriteAll().Root);
        await ExportAsync(Place.File("once.db"));

        var refusal = Assert.Throws<Slipway.Kernel.SlipwayException>(() => new SqliteTarget(Place.File("once.db"), Place.File("files")));
        using (new SqliteTarget(Place.File("broken.db"), Place.File("files")))
        {
            // The export ends before it is complete.
        }

        Assert.Contains("name a new file", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(Path.GetDirectoryName(Place.File("x"))!, "broken*"));
    }

    private async Task LinkAsync()
    {
        await Server.CallAsync("POST", "traces/link-to-run", $$"""{"run_id": "{{MlflowFolder.Run}}", "trace_ids": ["{{MlflowFolder.Trace}}"]}""");
        await Server.CallAsync(
            "POST", "traces/link-prompts", $$"""{"trace_id": "{{MlflowFolder.Trace}}", "prompt_versions": [{"name": "a/b", "version": "2"}]}""");
    }

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

public sealed class MlflowExportOnSqlite : MlflowExportContract
{
    private protected override RegistryServer Server { get; } = new();
}

public sealed class MlflowExportOnPostgres : MlflowExportContract
{
    private protected override RegistryServer Server { get; } = new RegistryServerOnPostgres();
}
