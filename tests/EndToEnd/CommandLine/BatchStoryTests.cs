using Slipway.EndToEnd.Jobs;
using Slipway.Shared;
using Xunit;

namespace Slipway.EndToEnd.CommandLine;

/// <summary>A batch endpoint from its making to its end, as somebody at a terminal sees it.</summary>
public sealed class BatchStoryTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_batch_endpoint_is_made_invoked_and_deleted()
    {
        await WriteAsync("model/factor.txt", "3");
        await WriteAsync(
            "src/score.py",
            """
            import os
            def init():
                global factor
                factor = int(open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "factor.txt")).read())
            def run(mini_batch):
                return [int(open(name).read()) * factor for name in mini_batch]
            """);
        await WriteAsync(
            "deployment.yml",
            """
            $schema: https://azuremlschemas.azureedge.net/latest/modelBatchDeployment.schema.json
            name: triple
            endpoint_name: nightly
            type: model
            model: {path: ./model, type: custom_model}
            code_configuration: {code: ./src, scoring_script: score.py}
            environment: azureml:any@latest
            settings: {mini_batch_size: 2, output_file_name: scores.txt, retry_settings: {max_retries: 0}}
            """);
        for (var i = 1; i <= 3; i++)
            await WriteAsync($"numbers/{i}.txt", $"{i}");
        using var server = await ServerProcess.StartAsync(_folder.File("home"), Ct);
        var address = server.Client.Server;

        await SlipwayProgram.AskAsync(address, "batch-endpoint", "create", "--name", "nightly", "--resource-group", "rg");
        var made = await SlipwayProgram.AskAsync(address, "batch-deployment", "create", "-f", _folder.File("deployment.yml"), "--set-default");
        var job = await SlipwayProgram.AskAsync(address, "batch-endpoint", "invoke", "-n", "nightly", "--input", _folder.File("numbers"), "--input-type", "uri_folder");
        var streamed = await RunAsync(address, "job", "stream", "-n", (string)job["name"]!);
        var downloaded = await RunAsync(address, "job", "download", "-n", (string)job["name"]!, "--output-name", "score", "-p", _folder.File("got"));
        var listed = await SlipwayProgram.AskAsync(address, "batch-deployment", "list-jobs", "-n", "triple", "-e", "nightly", "-o", "json");
        var wrong = await RunAsync(address, "batch-endpoint", "invoke", "-n", "nightly", "--input", _folder.File("nowhere"));
        var unknown = await RunAsync(address, "batch-endpoint", "invoke", "-n", "nobody", "--input", "azureml:rows:1");
        var deleted = await RunAsync(address, "batch-endpoint", "delete", "-n", "nightly", "--yes");

        Assert.Equal("nightly-triple:1", (string)made["model"]!);
        Assert.True(streamed.ExitCode == 0, streamed.Output + streamed.Error);
        Assert.Contains("2 of 2 mini-batches done, 0 failed", streamed.Output, StringComparison.Ordinal);
        Assert.True(downloaded.ExitCode == 0, downloaded.Error);
        Assert.Equal("3\n6\n9\n", await File.ReadAllTextAsync(_folder.File("got/named-outputs/score/scores.txt"), Ct));
        Assert.Equal(("Completed", (string)job["name"]!), ((string)listed[0]!["status"]!, (string)listed[0]!["name"]!));
        Assert.Equal(2, wrong.ExitCode);
        Assert.Contains("nowhere' here.", wrong.Error, StringComparison.Ordinal);
        Assert.Equal((1, "Batch endpoint 'nobody' does not exist."), (unknown.ExitCode, unknown.Error.Trim()));
        Assert.Equal((0, ""), (deleted.ExitCode, deleted.Error));
    }

    private static Task<Executable.Finished> RunAsync(Uri server, params IEnumerable<string> arguments) =>
        SlipwayProgram.RunAsync([.. arguments, "--server", server.ToString()]);

    private async Task WriteAsync(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.File(path))!);
        await File.WriteAllTextAsync(_folder.File(path), text, Ct);
    }
}
