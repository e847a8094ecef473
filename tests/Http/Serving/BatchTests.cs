using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Cli.CommandLine;
using Slipway.Data;
using Slipway.Engines.DuckDb;
using Slipway.Engines.OnnxRuntime.Proto;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Shared;
using Slipway.Tracking.Contracts;
using Slipway.Training.Export;
using Slipway.Unit.OnnxRuntime;
using Xunit;

namespace Slipway.Http.Serving;

/// <summary>Batch endpoints by the command line and over HTTP, in a whole server.</summary>
public sealed class BatchTests : IAsyncLifetime
{
    private const string Deployment =
        """
        $schema: https://azuremlschemas.azureedge.net/latest/modelBatchDeployment.schema.json
        name: trees
        endpoint_name: nightly
        type: model
        model: azureml:late:1
        compute: azureml:batch-cluster
        resources: {instance_count: 2}
        properties: {slipway.keep_columns: "id"}
        settings: {mini_batch_size: 1, max_concurrency_per_instance: 2, retry_settings: {max_retries: 0, timeout: 60}}
        """;

    private readonly ServingServer _server = new();
    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _server.InitializeAsync();
        await WriteAsync("endpoint.yml", "name: nightly\nauth_mode: aad_token\ndescription: Scores the night's flights.\n");
        await WriteAsync("trees.yml", Deployment);
        await WriteAsync("rows/b.csv", "id,carrier,distance\n3,AA,100\n4,DL,100\n");
        Table("rows/a.parquet", "select * from (values (1::bigint, 'UA', 900), (2, 'AA', 900)) t(id, carrier, distance)");
        await CallAsync("batch-endpoint", "create", "-f", _folder.File("endpoint.yml"));
        await CallAsync("batch-deployment", "create", "-f", _folder.File("trees.yml"), "--set-default");
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_model_scores_a_folder_of_tables_into_an_asset_with_its_lineage()
    {
        var job = await InvokeAsync("--input", _folder.File("rows"));

        var folder = await DownloadAsync(job);
        Assert.Equal(
            "file,row,id,output_label,output_score\na.parquet,0,1,1,0.75\na.parquet,1,2,0,0.25\nb.csv,0,3,0,0.25\nb.csv,1,4,0,0.5\n",
            await File.ReadAllTextAsync(Path.Combine(folder, "predictions.csv"), Ct));
        Assert.Equal("1", await CallAsync("data", "show", "-n", "nightly-trees", "--query", "version", "-o", "tsv"));
        var graph = await _server.Services.GetRequiredService<LineageLog>().UpstreamAsync(WorkspaceName.Default, "data:nightly-trees@1", 3, Ct);
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
        await _server.RegisterAsync("dates", graph.ToModel([]).ToByteArray());
        await WriteAsync("dates.yml", Deployment.Replace("name: trees", "name: dates", StringComparison.Ordinal).Replace("late:1", "dates:1", StringComparison.Ordinal));
        await CallAsync("batch-deployment", "create", "-f", _folder.File("dates.yml"));
        Table("dated/a.parquet", "select * from (values (1, date '1970-01-01'), (2, date '1970-01-02')) t(id, seen)");

        var job = await InvokeAsync("--input", _folder.File("dated"), "-d", "dates");

        Assert.Equal(
            "file,row,id,output_score\na.parquet,0,1,0.0\na.parquet,1,2,86400000000.0\n",
            await File.ReadAllTextAsync(Path.Combine(await DownloadAsync(job), "predictions.csv"), Ct));
    }

    [Fact]
    public async Task An_invocation_changes_settings_and_writes_into_a_datastore_as_well()
    {
        Directory.CreateDirectory(_folder.File("lake"));
        await WriteAsync("store.yml", $"name: lake\ntype: file\npath: {_folder.File("lake")}\n");
        await CallAsync("datastore", "create", "-f", _folder.File("store.yml"));

        var job = await InvokeAsync(
            "--input", _folder.File("rows/a.parquet"), "--output-path", "azureml://datastores/lake/paths/night", "--set", "output_file_name=scores.parquet",
            "--mini-batch-size", "5", "--experiment-name", "nights", "--job-name", "night-1", "--outputs", "score.name=scores");

        Assert.Equal("night-1", job);
        using var database = DuckDbDatabase.OpenMemory(new DuckDbSettings());
        using var connection = database.Connect();
        Assert.Equal(1.0, connection.QueryScalar<double>($"select sum(output_score)::double from read_parquet('{_folder.File("lake/night/scores.parquet")}')"));
        Assert.Equal("nights", await CallAsync("job", "show", "-n", job, "--query", "experiment_name", "-o", "tsv"));
        Assert.Equal("1", await CallAsync("data", "show", "-n", "scores", "--query", "version", "-o", "tsv"));
    }

    [Fact]
    public async Task Files_that_cannot_be_scored_fail_alone_until_too_many_do()
    {
        await WriteAsync("rows/c.csv", "id,carrier,distance\n5,AA,far\n");
        await WriteAsync("rows/d.csv", "id,carrier\n5,AA\n");
        await WriteAsync("rows/_SUCCESS", "");

        var borne = await InvokeAsync("--input", _folder.File("rows"), "--set", "error_threshold=2");
        var summary = await InvokeAsync("--input", _folder.File("rows"), "--set", "output_action=summary_only");
        var strict = await RunJobAsync("--input", _folder.File("rows"), "--set", "error_threshold=1");
        var none = await RunJobAsync("--input", _folder.File("rows/d.csv"));

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
        var kind = _server.Services.GetServices<IStepKind>().Single(known => known.Name == "batch_score");

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await kind.RunAsync(await StepAsync(new TellingWriter(line => { if (line.StartsWith("1 of 3", StringComparison.Ordinal)) first.Cancel(); })), first.Token));
        var log = new StringWriter();
        await kind.RunAsync(await StepAsync(log), Ct);

        Assert.StartsWith("Going on: 1 of 3 mini-batches were done before", log.ToString(), StringComparison.Ordinal);
        Assert.Contains("3 of 3 mini-batches done, 0 failed, 5 rows scored", log.ToString(), StringComparison.Ordinal);
        Assert.Equal(6, (await File.ReadAllLinesAsync(_folder.File("out/predictions.csv"), Ct)).Length);
    }

    [Fact]
    public async Task A_script_scores_files_by_Azures_contract()
    {
        await _server.RegisterFilesAsync("factor", null, ("factor.txt", "3"));
        await WriteAsync(
            "src/score.py",
            """
            import os
            def init():
                global factor
                factor = int(open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "factor.txt")).read()) * int(os.environ["TIMES"])
            def run(mini_batch):
                with open(os.path.join(os.environ["AZUREML_BI_OUTPUT_PATH"], "seen.txt"), "a") as seen:
                    seen.write(f"{len(mini_batch)}\n")
                return [f"{os.path.basename(name)} {int(open(name).read()) * factor}" for name in mini_batch]
            """);
        await WriteAsync(
            "script.yml",
            """
            name: script
            endpoint_name: nightly
            model: azureml:factor:1
            code_configuration: {code: ./src, scoring_script: score.py}
            compute: batch-cluster
            environment_variables: {TIMES: "2"}
            mini_batch_size: 2
            output_file_name: rows.txt
            """);
        for (var i = 1; i <= 3; i++)
            await WriteAsync($"numbers/{i}.txt", $"{i}");
        await CallAsync("batch-deployment", "create", "-f", _folder.File("script.yml"));

        var job = await InvokeAsync("-d", "script", "--input", _folder.File("numbers"));

        var folder = await DownloadAsync(job);
        Assert.Equal("1.txt 6\n2.txt 12\n3.txt 18\n", await File.ReadAllTextAsync(Path.Combine(folder, "rows.txt"), Ct));
        Assert.Equal("2\n1\n", await File.ReadAllTextAsync(Path.Combine(folder, "seen.txt"), Ct));
        Assert.Equal("2", await CallAsync("batch-deployment", "show", "-n", "script", "-e", "nightly", "--query", "settings.mini_batch_size", "-o", "tsv"));
    }

    [Fact]
    public async Task A_pipeline_component_runs_with_the_inputs_of_the_invocation()
    {
        await WriteAsync("parts/src/tell.sh", "cat $1/* > $3/told.txt; echo $2 >> $3/told.txt\n");
        await WriteAsync(
            "parts/pipeline.yml",
            """
            type: pipeline
            name: teller
            version: 1
            inputs: {files: {type: uri_folder}, word: {type: string, default: none}}
            outputs: {told: {type: uri_folder}}
            jobs:
              tell:
                type: command
                inputs: {files: "${{parent.inputs.files}}", word: "${{parent.inputs.word}}"}
                outputs: {told: "${{parent.outputs.told}}"}
                code: ./src
                environment: azureml:any@latest
                command: sh tell.sh ${{inputs.files}} ${{inputs.word}} ${{outputs.told}}
            """);
        await WriteAsync("pipeline.yml", "type: pipeline\nname: whole\nendpoint_name: nightly\ncomponent: parts/pipeline.yml\nsettings: {continue_on_step_failure: false}\n");
        await WriteAsync("numbers/1.txt", "one\n");
        await WriteAsync("numbers2/1.txt", "two\n");
        await WriteAsync("given.yml", "inputs:\n  files: {type: uri_folder, path: ./numbers}\n  word: hello\noutputs:\n  told: {type: uri_folder, name: told}\n");
        await CallAsync("batch-deployment", "create", "-f", _folder.File("pipeline.yml"));

        var first = await InvokeAsync("-d", "whole", "-f", _folder.File("given.yml"));
        await WriteAsync("again.yml", $"type: pipeline\nname: again\nendpoint_name: nightly\njob_definition: azureml:{first}\n");
        await CallAsync("batch-deployment", "create", "-f", _folder.File("again.yml"));
        var second = await InvokeAsync("-d", "again", "--inputs", $"files.path={_folder.File("numbers2")}", "word.value=bye");

        Assert.Equal("one\nhello\n", await File.ReadAllTextAsync(Path.Combine(await DownloadAsync(first, "told"), "told.txt"), Ct));
        Assert.Equal("two\nbye\n", await File.ReadAllTextAsync(Path.Combine(await DownloadAsync(second, "told"), "told.txt"), Ct));
        Assert.Equal("2", await CallAsync("data", "show", "-n", "told", "--query", "version", "-o", "tsv"));
    }

    [Fact]
    public async Task A_large_file_is_scored_in_parts_whose_rows_stay_beside_what_is_kept_of_them()
    {
        Table("large/rows.parquet", "select i as id, case when i % 3 = 0 then 'AA' else 'UA' end as carrier, 900 as distance from range(1100000) t(i)");

        var job = await InvokeAsync("--input", _folder.File("large"), "--set", "output_file_name=large.parquet");

        using var database = DuckDbDatabase.OpenMemory(new DuckDbSettings());
        using var connection = database.Connect();
        var scores = $"read_parquet('{Path.Combine(await DownloadAsync(job), "large.parquet")}', file_row_number = true)";
        Assert.Equal(1_100_000, connection.QueryScalar<long>($"select count(*) from {scores}"));
        Assert.Equal(
            0, connection.QueryScalar<long>($"select count(*) from {scores} where row <> file_row_number or id <> row or output_score <> case when id % 3 = 0 then 0.25 else 0.75 end"));
        Assert.Contains("3 of 3 mini-batches done, 0 failed, 1100000 rows scored", await CallAsync("job", "log", "-n", job), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_of_MLflow_scores_tables_in_workers()
    {
        await _server.RegisterFilesAsync(
            "pyfunc",
            null,
            ("MLmodel",
            """
            flavors:
              python_function: {loader_module: own, code: code, data: data}
            signature:
              inputs: '[{"name": "distance", "type": "double"}, {"name": "carrier", "type": "string"}]'
            """),
            ("code/own.py",
            """
            class Model:
                def predict(self, table):
                    rows = table.values.tolist() if hasattr(table, "values") else table
                    return [row[0] * 2 + len(row[1]) for row in rows]
            def _load_pyfunc(path):
                return Model()
            """),
            ("data/weights.txt", "1"));
        await CallAsync("batch-deployment", "create", "-n", "mlflow", "-e", "nightly", "--model", "pyfunc:1");

        var job = await InvokeAsync("-d", "mlflow", "--input", _folder.File("rows/b.csv"));

        Assert.Equal(
            "file,row,output_score\nb.csv,0,202.0\nb.csv,1,202.0\n", await File.ReadAllTextAsync(Path.Combine(await DownloadAsync(job), "predictions.csv"), Ct));
    }

    [Fact]
    public async Task A_table_of_as_many_columns_as_the_model_has_inputs_is_taken_in_its_order()
    {
        await _server.RegisterAsync("pair", OnnxModels.Identity(Engines.OnnxRuntime.OnnxElementType.Float));
        await CallAsync("batch-deployment", "create", "-n", "pair", "-e", "nightly", "--model", "pair:1", "--set", "settings.output_file_name=out.csv");
        await WriteAsync("pairs.csv", "left,right\n1,2\n3,\n");

        var job = await InvokeAsync("-d", "pair", "--input", _folder.File("pairs.csv"));

        Assert.Equal(
            "file,row,output_score\npairs.csv,0,2.0\npairs.csv,1,\n", await File.ReadAllTextAsync(Path.Combine(await DownloadAsync(job), "out.csv"), Ct));
    }

    [Fact]
    public async Task Azures_clients_post_to_the_scoring_address()
    {
        await CallAsync("data", "create", "-n", "rows", "--path", _folder.File("rows"));
        const string Body = """{"properties":{"InputData":{"rows":{"JobInputType":"UriFolder","Uri":"azureml:rows:1"}},"properties":{"experimentName":"rest"}}}""";

        using var response = await _server.Client.PostAsync("/batch-endpoints/nightly/jobs", ServingServer.Json(Body), Ct);
        var made = (await response.Content.ReadFromJsonAsync<JsonNode>(Ct))!;
        await RunAsync("job", "stream", "-n", made["name"]!.ToString());
        var shown = (await _server.Client.GetFromJsonAsync<JsonNode>($"/batch-endpoints/nightly/jobs/{made["name"]}", Ct))!;
        using var other = await _server.Client.GetAsync($"/batch-endpoints/else/jobs/{made["name"]}", Ct);

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal(("Completed", "rest"), (shown["properties"]!["status"]!.ToString(), shown["properties"]!["experimentName"]!.ToString()));
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
    }

    [Fact]
    public async Task Endpoints_and_deployments_are_changed_and_deleted_and_their_jobs_stay()
    {
        var job = await InvokeAsync("--input", _folder.File("rows"));
        await CallAsync("batch-deployment", "create", "-n", "other", "-e", "nightly", "--model", "late:2");
        await CallAsync("batch-endpoint", "update", "-n", "nightly", "--set", "defaults.deployment_name=other");

        Assert.Equal("other\nScores the night's flights.", await CallAsync("batch-endpoint", "show", "-n", "nightly", "--query", "[defaults.deployment_name, description]", "-o", "tsv"));
        await CallAsync("batch-deployment", "delete", "-n", "other", "-e", "nightly", "--yes");
        var homeless = await RunAsync("batch-endpoint", "invoke", "-n", "nightly", "--input", _folder.File("rows"));
        Assert.Equal((1, "Batch endpoint 'nightly' has no default deployment; name one, or set it with defaults.deployment_name."), (homeless.Code, homeless.Errors));
        await CallAsync("batch-endpoint", "delete", "-n", "nightly", "--yes");
        Assert.Equal("", await CallAsync("batch-endpoint", "list", "--query", "[].name", "-o", "tsv"));
        Assert.Equal("Completed", await CallAsync("job", "show", "-n", job, "--query", "status", "-o", "tsv"));
    }

    [Theory]
    [InlineData(1, "does not exist", "batch-deployment", "create", "-n", "xyz", "-e", "nightly", "--model", "late:9")]
    [InlineData(1, "does not exist", "batch-deployment", "create", "-n", "xyz", "-e", "unknown", "--model", "late:1")]
    [InlineData(2, "There is no 'endpoint_name'", "batch-deployment", "create", "-n", "xyz", "--model", "late:1")]
    [InlineData(2, "mini_batch_size", "batch-deployment", "create", "-n", "xyz", "-e", "nightly", "--model", "late:1", "--set", "settings.mini_batch_size=0")]
    [InlineData(2, "output_file_name is '../x'", "batch-deployment", "create", "-n", "xyz", "-e", "nightly", "--model", "late:1", "--set", "settings.output_file_name=../x")]
    [InlineData(2, "0 were given", "batch-endpoint", "invoke", "-n", "nightly")]
    [InlineData(2, "there is no 'nowhere' here", "batch-endpoint", "invoke", "-n", "nightly", "--input", "nowhere")]
    [InlineData(1, "does not exist", "batch-endpoint", "invoke", "-n", "nightly", "-d", "nobody", "--input", "azureml:rows:1")]
    [InlineData(1, "does not exist", "batch-endpoint", "invoke", "-n", "nightly", "--input", "azureml:rows:1", "--output-path", "azureml://datastores/none/paths/x")]
    [InlineData(2, "mini_batch_size", "batch-endpoint", "invoke", "-n", "nightly", "--input", "azureml:rows:1", "--set", "mini_batch=2")]
    [InlineData(2, "settings.mini_batch_size", "batch-endpoint", "invoke", "-n", "nightly", "--input", "azureml:rows:1", "--mini-batch-size", "0")]
    public async Task What_cannot_be_is_refused_in_a_sentence(int code, string said, params string[] arguments)
    {
        var refused = await RunAsync(arguments);

        Assert.Equal((code, true), (refused.Code, refused.Errors.Contains(said, StringComparison.Ordinal)));
        Assert.Equal("", await CallAsync("batch-endpoint", "list-jobs", "-n", "nightly", "--query", "[].name", "-o", "tsv"));
    }

    private async Task<StepContext> StepAsync(TextWriter log)
    {
        var model = await _server.Services.GetRequiredService<IModelRegistry>().FindAsync(ServingServer.Caller, "late:1", Ct);
        var run = await _server.Services.GetRequiredService<ITracking>().StartRunAsync(ServingServer.Caller, new NewRun { Experiment = "batch" }, Ct);
        return new InterruptedStep(Directory.CreateDirectory(_folder.File("progress")).FullName)
        {
            Caller = ServingServer.Caller,
            StepId = "job/score",
            JobName = "job",
            RunId = run.Id,
            Inputs = new Dictionary<string, StepInput>
            {
                ["data"] = new() { Name = "data", Path = _folder.File("rows") },
                ["model"] = new() { Name = "model", Model = model },
            },
            OutputFolders = new Dictionary<string, string> { ["score"] = Directory.CreateDirectory(_folder.File("out")).FullName },
            Settings = new JsonObject { ["mini_batch_size"] = 1, ["max_concurrency"] = 1 },
            WorkFolder = _folder.File("work"),
            Log = log,
        };
    }

    private void Table(string path, string query)
    {
        using var database = DuckDbDatabase.OpenMemory(new DuckDbSettings());
        using var connection = database.Connect();
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.File(path))!);
        connection.Execute($"copy ({query}) to '{_folder.File(path)}' (format parquet)");
    }

    private async Task WriteAsync(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.File(path))!);
        await File.WriteAllTextAsync(_folder.File(path), text, Ct);
    }

    private async Task<string> InvokeAsync(params string[] arguments)
    {
        var name = await CallAsync(["batch-endpoint", "invoke", "-n", "nightly", "--query", "name", "-o", "tsv", .. arguments]);
        var (code, output, errors) = await RunAsync("job", "stream", "-n", name);
        Assert.True(code == 0, output + errors);
        return name;
    }

    private async Task<(string Status, string Message)> RunJobAsync(params string[] arguments)
    {
        var name = await CallAsync(["batch-endpoint", "invoke", "-n", "nightly", "--query", "name", "-o", "tsv", .. arguments]);
        await RunAsync("job", "stream", "-n", name);
        var job = (await _server.Client.GetFromJsonAsync<JsonNode>($"/api/v1/jobs/{name}", Ct))!;
        return (job["status"]!.ToString(), job["steps"]![0]!["message"]!.ToString());
    }

    private async Task<string> DownloadAsync(string job, string output = "score")
    {
        var target = _folder.File($"got/{job}");
        await CallAsync("job", "download", "-n", job, "--output-name", output, "-p", target);
        return Path.Combine(target, "named-outputs", output);
    }

    private async Task<string> CallAsync(params string[] arguments)
    {
        var (code, output, errors) = await RunAsync(arguments);
        Assert.True(code == 0, errors);
        return output;
    }

    private async Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = await CommandTree.RunAsync([.. arguments, "--server", _server.Client.BaseAddress!.ToString()], output, errors);
        return (code, output.ToString().TrimEnd(), errors.ToString().TrimEnd());
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
