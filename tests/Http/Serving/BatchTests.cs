using System.Text.Json.Nodes;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Data;
using Slipway.Engines.DuckDb;
using Slipway.Engines.OnnxRuntime;
using Slipway.Engines.OnnxRuntime.Proto;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Tracking.Contracts;
using Slipway.Training.Export;
using Slipway.Unit.OnnxRuntime;
using Xunit;

namespace Slipway.Http.Serving;

/// <summary>Models that score files and tables, by the command line and over HTTP, in a whole server.</summary>
public sealed class BatchTests : BatchHome
{
    [Fact]
    public async Task A_model_scores_a_folder_of_tables_into_an_asset_with_its_lineage()
    {
        var job = await InvokeAsync("--input", Folder.File("rows"));

        var folder = await DownloadAsync(job);
        Assert.Equal(
            "file,row,id,output_label,output_score\na.parquet,0,1,1,0.75\na.parquet,1,2,0,0.25\nb.csv,0,3,0,0.25\nb.csv,1,4,0,0.5\n",
            await File.ReadAllTextAsync(Path.Combine(folder, "predictions.csv"), Ct));
        Assert.Equal("1", await CallAsync("data", "show", "-n", "nightly-trees", "--query", "version", "-o", "tsv"));
        var graph = await Server.Services.GetRequiredService<LineageLog>().UpstreamAsync(WorkspaceName.Default, "data:nightly-trees@1", 3, Ct);
        Assert.Contains(graph.Edges, edge => edge is { From: "model:late@1", To: var to } && to.StartsWith("run:", StringComparison.Ordinal));
        Assert.Contains(graph.Edges, edge => edge is { Act: "invoked" or "deployed", To: var to } && !to.StartsWith("model:", StringComparison.Ordinal));
        Assert.Equal(job, await CallAsync("batch-endpoint", "list-jobs", "-n", "nightly", "--query", "[].name", "-o", "tsv"));
        Assert.Equal(job, await CallAsync("batch-deployment", "list-jobs", "-n", "trees", "-e", "nightly", "--query", "[?status=='Completed'].name", "-o", "tsv"));
    }

    [Fact]
    public async Task Dates_of_a_table_are_microseconds_for_a_model_that_takes_doubles()
    {
        var graph = new OnnxGraph("dates");
        graph.Input("seen", TensorProto.Types.DataType.Double, 1);
        graph.Node("Cast", ["seen"], [OnnxGraph.Attribute("to", (long)TensorProto.Types.DataType.Float)], "score");
        graph.Output("score", TensorProto.Types.DataType.Float, 1);
        await Server.RegisterAsync("dates", graph.ToModel([]).ToByteArray());
        await WriteAsync("dates.yml", Deployment.Replace("name: trees", "name: dates", StringComparison.Ordinal).Replace("late:1", "dates:1", StringComparison.Ordinal));
        await CallAsync("batch-deployment", "create", "-f", Folder.File("dates.yml"));
        Table("dated/a.parquet", "select * from (values (1, date '1970-01-01'), (2, date '1970-01-02')) t(id, seen)");

        var job = await InvokeAsync("--input", Folder.File("dated"), "-d", "dates");

        Assert.Equal(
            "file,row,id,output_score\na.parquet,0,1,0.0\na.parquet,1,2,86400000000.0\n",
            await File.ReadAllTextAsync(Path.Combine(await DownloadAsync(job), "predictions.csv"), Ct));
    }

    [Theory]
    [InlineData(OnnxElementType.Float16, "1.00390625")]
    [InlineData(OnnxElementType.BFloat16, "1.0")]
    public async Task Columns_go_into_models_of_sixteen_bits_and_come_back(OnnxElementType type, string nearest)
    {
        await Server.RegisterAsync("half", OnnxModels.Identity(type));
        await WriteAsync("half/a.csv", "x_0,x_1\n0.5,-2\n1.00390625,3\n");
        await CallAsync("batch-deployment", "create", "-n", "half", "-e", "nightly", "--model", "half:1");

        var job = await InvokeAsync("-d", "half", "--input", Folder.File("half"));

        Assert.Equal(
            ["file,row,output_y_0,output_y_1", "a.csv,0,0.5,-2.0", $"a.csv,1,{nearest},3.0"],
            await File.ReadAllLinesAsync(Path.Combine(await DownloadAsync(job), "predictions.csv"), Ct));
    }

    [Fact]
    public async Task An_invocation_changes_settings_and_writes_into_a_datastore_as_well()
    {
        Directory.CreateDirectory(Folder.File("lake"));
        await WriteAsync("store.yml", $"name: lake\ntype: file\npath: {Folder.File("lake")}\n");
        await CallAsync("datastore", "create", "-f", Folder.File("store.yml"));

        var job = await InvokeAsync(
            "--input", Folder.File("rows/a.parquet"), "--output-path", "azureml://datastores/lake/paths/night", "--set", "output_file_name=scores.parquet",
            "--mini-batch-size", "5", "--experiment-name", "nights", "--job-name", "night-1", "--outputs", "score.name=scores");

        Assert.Equal("night-1", job);
        using var database = DuckDbDatabase.OpenMemory(new DuckDbSettings());
        using var connection = database.Connect();
        Assert.Equal(1.0, connection.QueryScalar<double>($"select sum(output_score)::double from read_parquet('{Folder.File("lake/night/scores.parquet")}')"));
        Assert.Equal("nights", await CallAsync("job", "show", "-n", job, "--query", "experiment_name", "-o", "tsv"));
        Assert.Equal("1", await CallAsync("data", "show", "-n", "scores", "--query", "version", "-o", "tsv"));
    }

    [Fact]
    public async Task Files_that_cannot_be_scored_fail_alone_until_too_many_do()
    {
        await WriteAsync("rows/c.csv", "id,carrier,distance\n5,AA,far\n");
        await WriteAsync("rows/d.csv", "id,carrier\n5,AA\n");
        await WriteAsync("rows/_SUCCESS", "");

        var borne = await InvokeAsync("--input", Folder.File("rows"), "--set", "error_threshold=2");
        var summary = await InvokeAsync("--input", Folder.File("rows"), "--set", "output_action=summary_only");
        var strict = await RunJobAsync("--input", Folder.File("rows"), "--set", "error_threshold=1");
        var none = await RunJobAsync("--input", Folder.File("rows/d.csv"));

        Assert.Equal(5, (await File.ReadAllLinesAsync(Path.Combine(await DownloadAsync(borne), "predictions.csv"), Ct)).Length);
        var log = await CallAsync("job", "log", "-n", summary);
        Assert.Contains("4 of 4 mini-batches done, 2 failed, 4 rows scored", log, StringComparison.Ordinal);
        Assert.Contains("d.csv failed (attempt 1 of 1): Model 'late' wants the input", log, StringComparison.Ordinal);
        Assert.Equal(("Failed", true), (strict.Status, strict.Message.Contains("2 files failed; error_threshold allows 1.", StringComparison.Ordinal)));
        Assert.Equal(("Failed", true), (none.Status, none.Message.Contains("None of 1 files could be scored. d.csv: Model 'late' wants", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_step_that_was_interrupted_goes_on_with_what_is_left()
    {
        await WriteAsync("rows/c.csv", "id,carrier,distance\n5,AA,1\n");
        using var first = new CancellationTokenSource();
        var kind = Server.Services.GetServices<IStepKind>().Single(known => known.Name == "batch_score");

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await kind.RunAsync(await StepAsync(new TellingWriter(line => { if (line.StartsWith("1 of 3", StringComparison.Ordinal)) first.Cancel(); })), first.Token));
        var log = new StringWriter();
        await kind.RunAsync(await StepAsync(log), Ct);

        Assert.StartsWith("Going on: 1 of 3 mini-batches were done before", log.ToString(), StringComparison.Ordinal);
        Assert.Contains("3 of 3 mini-batches done, 0 failed, 5 rows scored", log.ToString(), StringComparison.Ordinal);
        Assert.Equal(6, (await File.ReadAllLinesAsync(Folder.File("out/predictions.csv"), Ct)).Length);
    }

    [Fact]
    public async Task A_large_file_is_scored_in_parts_whose_rows_stay_beside_what_is_kept_of_them()
    {
        Table("large/rows.parquet", "select i as id, case when i % 3 = 0 then 'AA' else 'UA' end as carrier, 900 as distance from range(1100000) t(i)");

        var job = await InvokeAsync("--input", Folder.File("large"), "--set", "output_file_name=large.parquet");

        using var database = DuckDbDatabase.OpenMemory(new DuckDbSettings());
        using var connection = database.Connect();
        var scores = $"read_parquet('{Path.Combine(await DownloadAsync(job), "large.parquet")}', file_row_number = true)";
        Assert.Equal(1_100_000, connection.QueryScalar<long>($"select count(*) from {scores}"));
        Assert.Equal(
            0, connection.QueryScalar<long>($"select count(*) from {scores} where row <> file_row_number or id <> row or output_score <> case when id % 3 = 0 then 0.25 else 0.75 end"));
        Assert.Contains("3 of 3 mini-batches done, 0 failed, 1100000 rows scored", await CallAsync("job", "log", "-n", job), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_of_as_many_columns_as_the_model_has_inputs_is_taken_in_its_order()
    {
        await Server.RegisterAsync("pair", OnnxModels.Identity(Engines.OnnxRuntime.OnnxElementType.Float));
        await CallAsync("batch-deployment", "create", "-n", "pair", "-e", "nightly", "--model", "pair:1", "--set", "settings.output_file_name=out.csv");
        await WriteAsync("pairs.csv", "left,right\n1,2\n3,\n");

        var job = await InvokeAsync("-d", "pair", "--input", Folder.File("pairs.csv"));

        Assert.Equal(
            "file,row,output_score\npairs.csv,0,2.0\npairs.csv,1,\n", await File.ReadAllTextAsync(Path.Combine(await DownloadAsync(job), "out.csv"), Ct));
    }

    private async Task<StepContext> StepAsync(TextWriter log)
    {
        var model = await Server.Services.GetRequiredService<IModelRegistry>().FindAsync(ServingServer.Caller, "late:1", Ct);
        var run = await Server.Services.GetRequiredService<ITracking>().StartRunAsync(ServingServer.Caller, new NewRun { Experiment = "batch" }, Ct);
        return new InterruptedStep(Directory.CreateDirectory(Folder.File("progress")).FullName)
        {
            Caller = ServingServer.Caller,
            StepId = "job/score",
            JobName = "job",
            RunId = run.Id,
            Inputs = new Dictionary<string, StepInput>
            {
                ["data"] = new() { Name = "data", Path = Folder.File("rows") },
                ["model"] = new() { Name = "model", Model = model },
            },
            OutputFolders = new Dictionary<string, string> { ["score"] = Directory.CreateDirectory(Folder.File("out")).FullName },
            Settings = new JsonObject { ["mini_batch_size"] = 1, ["max_concurrency"] = 1 },
            WorkFolder = Folder.File("work"),
            Log = log,
        };
    }

    private sealed class InterruptedStep(string progress) : StepContext
    {
        public override void Made(string act, string node, string? output = null)
        {
        }

        public override void Read(string node)
        {
        }

        public override void Keep(string output, Digest tree)
        {
        }

        public override string KeepProgress() => progress;

        public override void SkipRest(string reason)
        {
        }
    }

    private sealed class TellingWriter(Action<string> tell) : StringWriter
    {
        public override Task WriteLineAsync(string? value)
        {
            tell(value ?? "");
            return base.WriteLineAsync(value);
        }
    }
}
