using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Engines.DuckDb;
using Slipway.Shared;
using Xunit;

namespace Slipway.Http.Serving;

/// <summary>A server with the batch endpoint "nightly", whose default scores flights by trees, and some rows to score.</summary>
public abstract class BatchHome : IAsyncLifetime
{
    private protected const string Deployment =
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

    private protected ServingServer Server { get; } = new();
    private protected TempFolder Folder { get; } = new();

    private protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await Server.InitializeAsync();
        await WriteAsync("endpoint.yml", "name: nightly\nauth_mode: aad_token\ndescription: Scores the night's flights.\n");
        await WriteAsync("trees.yml", Deployment);
        await WriteAsync("rows/b.csv", "id,carrier,distance\n3,AA,100\n4,DL,100\n");
        Table("rows/a.parquet", "select * from (values (1::bigint, 'UA', 900), (2, 'AA', 900)) t(id, carrier, distance)");
        await CallAsync("batch-endpoint", "create", "-f", Folder.File("endpoint.yml"));
        await CallAsync("batch-deployment", "create", "-f", Folder.File("trees.yml"), "--set-default");
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected void Table(string path, string query)
    {
        using var database = DuckDbDatabase.OpenMemory(new DuckDbSettings());
        using var connection = database.Connect();
        Directory.CreateDirectory(Path.GetDirectoryName(Folder.File(path))!);
        connection.Execute($"copy ({query}) to '{Folder.File(path)}' (format parquet)");
    }

    private protected async Task WriteAsync(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Folder.File(path))!);
        await File.WriteAllTextAsync(Folder.File(path), text, Ct);
    }

    private protected async Task<string> InvokeAsync(params string[] arguments)
    {
        var name = await CallAsync(["batch-endpoint", "invoke", "-n", "nightly", "--query", "name", "-o", "tsv", .. arguments]);
        var (code, output, errors) = await RunAsync("job", "stream", "-n", name);
        Assert.True(code == 0, output + errors);
        return name;
    }

    private protected async Task<(string Status, string Message)> RunJobAsync(params string[] arguments)
    {
        var name = await CallAsync(["batch-endpoint", "invoke", "-n", "nightly", "--query", "name", "-o", "tsv", .. arguments]);
        await RunAsync("job", "stream", "-n", name);
        var job = (await Server.Client.GetFromJsonAsync<JsonNode>($"/api/v1/jobs/{name}", Ct))!;
        return (job["status"]!.ToString(), job["steps"]![0]!["message"]!.ToString());
    }

    private protected async Task<string> DownloadAsync(string job, string output = "score")
    {
        var target = Folder.File($"got/{job}");
        await CallAsync("job", "download", "-n", job, "--output-name", output, "-p", target);
        return Path.Combine(target, "named-outputs", output);
    }

    private protected async Task<string> CallAsync(params string[] arguments)
    {
        var (code, output, errors) = await RunAsync(arguments);
        Assert.True(code == 0, errors);
        return output;
    }

    private protected async Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = await CommandTree.RunAsync([.. arguments, "--server", Server.Client.BaseAddress!.ToString()], output, errors);
        return (code, output.ToString().TrimEnd(), errors.ToString().TrimEnd());
    }
}
