using Slipway.EndToEnd.Jobs;
using Slipway.Shared;
using Xunit;

namespace Slipway.EndToEnd.CommandLine;

/// <summary>A script and its model behind an endpoint, from files as Azure ML's examples have them.</summary>
public sealed class OnlineStoryTests : IDisposable
{
    private static readonly (string Path, string Text)[] s_files =
    [
        ("model/weights.txt", "2.5"),
        ("src/score.py",
        """
        import json
        import logging
        import os

        def init():
            global weight
            with open(os.path.join(os.getenv("AZUREML_MODEL_DIR"), "model/weights.txt")) as file:
                weight = float(file.read())
            logging.info("Init complete")

        def run(raw_data):
            return [weight * value for value in json.loads(raw_data)["data"]]
        """),
        ("blue.yml",
        """
        $schema: https://azuremlschemas.azureedge.net/latest/managedOnlineDeployment.schema.json
        name: blue
        endpoint_name: orders
        model: {path: ./model/}
        code_configuration: {code: ./src/, scoring_script: score.py}
        environment: azureml:AzureML-sklearn-1.5@latest
        instance_type: Standard_DS3_v2
        instance_count: 1
        """),
        ("request.json", """{"data": [1, 2]}"""),
    ];

    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_script_is_deployed_asked_shown_and_deleted_as_scripts_for_az_ml_do()
    {
        foreach (var (path, text) in s_files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder.File(path))!);
            await File.WriteAllTextAsync(_folder.File(path), text, Ct);
        }

        using var server = await ServerProcess.StartAsync(_folder.File("home"), Ct);
        var address = server.Client.Server;
        await SlipwayProgram.AskAsync(address, "online-endpoint", "create", "-n", "orders", "--auth-mode", "key");
        var made = await RunAsync(address, "online-deployment", "create", "-f", _folder.File("blue.yml"), "--all-traffic", "--skip-script-validation");
        await RunAsync(address, "online-deployment", "create", "-f", _folder.File("blue.yml"), "--name", "green", "--no-wait");
        var answered = await RunAsync(address, "online-endpoint", "invoke", "--name", "orders", "--request-file", _folder.File("request.json"));
        var pinned = await RunAsync(address, "online-endpoint", "invoke", "-n", "orders", "-r", _folder.File("request.json"), "--deployment", "green");
        var shown = await SlipwayProgram.AskAsync(address, "online-endpoint", "show", "-n", "orders");
        var twice = await RunAsync(address, "online-endpoint", "update", "-n", "orders", "--traffic", "blue=100 blue=0");
        var absent = await RunAsync(address, "online-deployment", "show", "-n", "red", "-e", "orders");
        var renewed = await RunAsync(address, "online-endpoint", "regenerate-keys", "-n", "orders", "--key-type", "Secondary");
        await LoggedAsync(address, "INFO root: Init complete");
        var deleted = await RunAsync(address, "online-endpoint", "delete", "-n", "orders", "--yes");

        Assert.True(made.ExitCode == 0, made.Error);
        Assert.Equal("Without effect here: instance_type, environment (azureml:AzureML-sklearn-1.5@latest has no conda_file here).", made.Error.Trim());
        Assert.Equal(("[2.5, 5.0]", "[2.5, 5.0]"), (answered.Output.Trim(), pinned.Output.Trim()));
        Assert.Equal(("key", """{"blue":100,"green":0}"""), ((string?)shown["auth_mode"], shown["traffic"]!.ToJsonString()));
        Assert.EndsWith("/endpoints/orders/swagger.json", (string?)shown["openapi_uri"], StringComparison.Ordinal);
        Assert.Equal((2, "--traffic: 'blue' is named twice."), (twice.ExitCode, twice.Error.Trim()));
        Assert.Equal((1, "Deployment 'orders/red' does not exist."), (absent.ExitCode, absent.Error.Trim()));
        Assert.Equal((0, 0), (renewed.ExitCode, deleted.ExitCode));
    }

    private static async Task LoggedAsync(Uri server, string words)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        limit.CancelAfter(TimeSpan.FromMinutes(2));
        while (!(await RunAsync(server, "online-deployment", "get-logs", "-n", "blue", "-e", "orders", "--lines", "100")).Output.Contains(words, StringComparison.Ordinal))
            await Task.Delay(50, limit.Token);
    }

    private static Task<Executable.Finished> RunAsync(Uri server, params IEnumerable<string> arguments) =>
        SlipwayProgram.RunAsync([.. arguments, "--server", server.ToString()]);
}
