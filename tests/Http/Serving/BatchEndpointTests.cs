using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Slipway.Http.Serving;

/// <summary>Batch endpoints with scripts and components, and what they refuse.</summary>
public sealed class BatchEndpointTests : BatchHome
{
    [Fact]
    public async Task A_script_scores_files_by_Azures_contract()
    {
        await Server.RegisterFilesAsync("factor", null, ("factor.txt", "3"));
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
        await CallAsync("batch-deployment", "create", "-f", Folder.File("script.yml"));

        var job = await InvokeAsync("-d", "script", "--input", Folder.File("numbers"));

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
        await CallAsync("batch-deployment", "create", "-f", Folder.File("pipeline.yml"));

        var first = await InvokeAsync("-d", "whole", "-f", Folder.File("given.yml"));
        await WriteAsync("again.yml", $"type: pipeline\nname: again\nendpoint_name: nightly\njob_definition: azureml:{first}\n");
        await CallAsync("batch-deployment", "create", "-f", Folder.File("again.yml"));
        var second = await InvokeAsync("-d", "again", "--inputs", $"files.path={Folder.File("numbers2")}", "word.value=bye");

        Assert.Equal("one\nhello\n", await File.ReadAllTextAsync(Path.Combine(await DownloadAsync(first, "told"), "told.txt"), Ct));
        Assert.Equal("two\nbye\n", await File.ReadAllTextAsync(Path.Combine(await DownloadAsync(second, "told"), "told.txt"), Ct));
        Assert.Equal("2", await CallAsync("data", "show", "-n", "told", "--query", "version", "-o", "tsv"));
    }

    [Fact]
    public async Task A_model_of_MLflow_scores_tables_in_workers()
    {
        await Server.RegisterFilesAsync(
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

        var job = await InvokeAsync("-d", "mlflow", "--input", Folder.File("rows/b.csv"));

        Assert.Equal(
            "file,row,output_score\nb.csv,0,202.0\nb.csv,1,202.0\n", await File.ReadAllTextAsync(Path.Combine(await DownloadAsync(job), "predictions.csv"), Ct));
    }

    [Fact]
    public async Task Azures_clients_post_to_the_scoring_address()
    {
        await CallAsync("data", "create", "-n", "rows", "--path", Folder.File("rows"));
        const string Body = """{"properties":{"InputData":{"rows":{"JobInputType":"UriFolder","Uri":"azureml:rows:1"}},"properties":{"experimentName":"rest"}}}""";

        using var response = await Server.Client.PostAsync("/batch-endpoints/nightly/jobs", ServingServer.Json(Body), Ct);
        var made = (await response.Content.ReadFromJsonAsync<JsonNode>(Ct))!;
        await RunAsync("job", "stream", "-n", made["name"]!.ToString());
        var shown = (await Server.Client.GetFromJsonAsync<JsonNode>($"/batch-endpoints/nightly/jobs/{made["name"]}", Ct))!;
        using var other = await Server.Client.GetAsync($"/batch-endpoints/else/jobs/{made["name"]}", Ct);

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal(("Completed", "rest"), (shown["properties"]!["status"]!.ToString(), shown["properties"]!["experimentName"]!.ToString()));
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
    }

    [Fact]
    public async Task Endpoints_and_deployments_are_changed_and_deleted_and_their_jobs_stay()
    {
        var job = await InvokeAsync("--input", Folder.File("rows"));
        await CallAsync("batch-deployment", "create", "-n", "other", "-e", "nightly", "--model", "late:2");
        await CallAsync("batch-endpoint", "update", "-n", "nightly", "--set", "defaults.deployment_name=other");

        Assert.Equal("other\nScores the night's flights.", await CallAsync("batch-endpoint", "show", "-n", "nightly", "--query", "[defaults.deployment_name, description]", "-o", "tsv"));
        await CallAsync("batch-deployment", "delete", "-n", "other", "-e", "nightly", "--yes");
        var homeless = await RunAsync("batch-endpoint", "invoke", "-n", "nightly", "--input", Folder.File("rows"));
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
}
