using Slipway.EndToEnd.Jobs;
using Slipway.Shared;
using Xunit;

namespace Slipway.EndToEnd.CommandLine;

/// <summary>What is there is changed by the command line alone, as scripts for az ml do.</summary>
public sealed class UpdateStoryTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_schedule_and_a_datastore_are_made_from_files_and_changed_without_them()
    {
        Directory.CreateDirectory(_folder.File("other"));
        await WriteAsync("lake.yml", $"name: lake\ntype: file\npath: {_folder.Path}\ndescription: First.\n");
        await WriteAsync("train.yml", "type: command\nenvironment: azureml:any@latest\ncommand: echo trained\n");
        await WriteAsync("nightly.yml", "name: nightly\ntags: {a: b}\ntrigger: {type: cron, expression: \"0 2 * * *\"}\ncreate_job: train.yml\n");
        using var server = await ServerProcess.StartAsync(_folder.File("home"), Ct);
        var address = server.Client.Server;
        await SlipwayProgram.AskAsync(address, "datastore", "create", "-f", _folder.File("lake.yml"));
        await SlipwayProgram.AskAsync(address, "schedule", "create", "-f", _folder.File("nightly.yml"));

        await SlipwayProgram.AskAsync(address, "datastore", "update", "-n", "lake", "--set", $"path={_folder.File("other")}", "--add", "tags", "team=risk", "--remove", "description");
        await SlipwayProgram.AskAsync(address, "schedule", "update", "-n", "nightly", "--set", "trigger.expression=0 3 * * *", "--add", "tags", "team=risk", "--remove", "tags.a");

        var lake = await SlipwayProgram.AskAsync(address, "datastore", "show", "-n", "lake");
        var nightly = await SlipwayProgram.AskAsync(address, "schedule", "show", "-n", "nightly");
        Assert.Equal((_folder.File("other"), """{"team":"risk"}""", null), ((string)lake["settings"]!["path"]!, lake["tags"]!.ToJsonString(), (string?)lake["description"]));
        Assert.Equal(("0 3 * * *", """{"team":"risk"}"""), ((string)nightly["trigger"]!["expression"]!, nightly["tags"]!.ToJsonString()));
        await RefusedAsync(address, 2, "path is '/nowhere'; it must be a whole path to a folder that exists on the server.", "datastore", "update", "-n", "lake", "--set", "path=/nowhere");
        await RefusedAsync(address, 2, "--set trigger.expression=never: trigger.expression: 'never'", "schedule", "update", "-n", "nightly", "--set", "trigger.expression=never");
        await RefusedAsync(address, 1, "Schedule 'none' does not exist.", "schedule", "update", "-n", "none", "--set", "description=x");
        await RefusedAsync(address, 1, "Datastore 'none' does not exist.", "datastore", "show", "-n", "none");
    }

    private static async Task RefusedAsync(Uri server, int code, string sentence, params string[] arguments)
    {
        var call = await SlipwayProgram.RunAsync([.. arguments, "--server", server.ToString()]);
        Assert.Equal((code, ""), (call.ExitCode, call.Output));
        Assert.Contains(sentence, call.Error, StringComparison.Ordinal);
    }

    private Task WriteAsync(string file, string text) => File.WriteAllTextAsync(_folder.File(file), text, Ct);
}
