using System.Text.Json.Nodes;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Definitions;
using Slipway.Jobs.Definitions.Schema;
using Slipway.Jobs.Operations;
using Slipway.Kernel;
using Xunit;
using static Slipway.Storage.Jobs.Definition;

namespace Slipway.Storage.Jobs;

/// <summary>Commands are the same on both databases.</summary>
public sealed class CommandJobTests : CommandContract
{
    [Fact]
    public async Task A_command_runs_in_a_copy_of_its_code_with_its_variables_and_keeps_its_files_and_log()
    {
        await using var host = await StartAsync();
        var code = await PutAsync(("run.sh", "#!/bin/bash\necho code; cat data.txt"), ("data.txt", "42\n"));
        var definition = Command(
            """
            ./run.sh; echo "$AZUREML_RUN_ID $MLFLOW_EXPERIMENT_NAME $GREETING" >&2
            echo result > outputs/r.txt; echo changed > data.txt; cp ${{inputs.rows}} ${{outputs.out}}/copy.csv
            """);
        var step = definition.Pipeline.Steps[0];
        definition = definition with
        {
            Experiment = "flights",
            Pipeline = definition.Pipeline with
            {
                Steps =
                [
                    step.With(Asset("rows", "azureml:raw:1", "uri_file")) with
                    {
                        EnvironmentVariables = new Dictionary<string, string> { ["GREETING"] = "ahoy" },
                        Files = [new SettingFile("code", new LocalPath("./src", "src"))],
                        Settings = new JsonObject { ["command"] = step.Settings["command"]!.DeepClone(), ["code"] = "./src" },
                    },
                ],
            },
        };
        await Neighbours.CreateAsync(
            Caller.System,
            new() { Name = AssetName.Parse("raw"), Tree = await PutAsync(("rows.csv", "1,2")), Type = Slipway.Lake.Contracts.DataType.UriFile },
            Ct);

        var job = await host.WaitAsync(await host.SubmitAsync(definition, Ct, ("src", code)), Ct);

        Assert.Equal((JobStatus.Completed, null), (job.Status, job.Message));
        var artifacts = await Neighbours.ArtifactsAsync(Caller.System, job.RunId, Ct);
        Assert.Equal(["outputs/r.txt", "user_logs/std_log.txt"], artifacts.Entries.Select(file => file.Path));
        Assert.Equal($"code\n42\n{job.Name} flights ahoy\n", await LogAsync(host, job));
        var made = await Content.GetTreeAsync(job.Steps[0].Outputs["out"].Tree!.Value, Ct);
        Assert.Equal("copy.csv", Assert.Single(made.Entries).Path);
    }

    [Fact]
    public async Task A_command_finds_what_is_included_beside_its_code()
    {
        await using var host = await StartAsync();
        var definition = Including("cat run.txt shared/deep/a.txt notes.txt");

        var job = await host.WaitAsync(
            await host.SubmitAsync(
                definition,
                Ct,
                ("src", await PutAsync(("run.txt", "code "))),
                ("../shared", await PutAsync(("deep/a.txt", "folder "), ("b.txt", "x"))),
                ("../notes.txt", await PutAsync(("notes.txt", "file")))),
            Ct);

        Assert.Equal((JobStatus.Completed, null), (job.Status, job.Message));
        Assert.Equal("code folder file", (await LogAsync(host, job)).TrimEnd());
    }

    [Fact]
    public async Task What_is_included_may_not_replace_code()
    {
        await using var host = await StartAsync();

        var job = await host.WaitAsync(
            await host.SubmitAsync(
                Including("true"),
                Ct,
                ("src", await PutAsync(("notes.txt", "code"))),
                ("../shared", await PutAsync(("a.txt", "x"))),
                ("../notes.txt", await PutAsync(("notes.txt", "file")))),
            Ct);

        Assert.Equal(JobStatus.Failed, job.Status);
        Assert.Contains("additional_includes brings 'notes.txt', which the code has already", job.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_finds_nothing_of_the_one_before_it()
    {
        await using var host = await StartAsync(new HostSettings { Parallelism = 1 });
        await host.RunAsync(Command("mkdir -p a/b && ln -s /tmp logs/out && touch a/b/c .hidden outputs/x ../y ${{outputs.out}}/z && chmod 0 a/b"), Ct);

        var job = await host.RunAsync(Command("find ../.. -mindepth 1 ! -name std_log.txt | sort; ls -A ${{outputs.out}}"), Ct);

        Assert.Equal("../../outputs\n../../outputs/out\n../../work\n../../work/code\n../../work/code/logs\n../../work/code/outputs\n", await LogAsync(host, job));
    }

    [Fact]
    public async Task A_step_that_floods_its_log_keeps_its_beginning_and_its_end_within_the_limit()
    {
        await using var host = await StartAsync(new HostSettings { LogLimitBytes = 256 * 1024 });

        var job = await host.RunAsync(Command("echo first; yes | head -c 50000000; echo last"), Ct);

        Assert.Equal(JobStatus.Completed, job.Status);
        var log = await LogAsync(host, job);
        Assert.StartsWith("first\ny\n", log);
        Assert.EndsWith("y\nlast\n", log);
        Assert.Contains("bytes left out]", log);
        Assert.InRange(log.Length, 200 * 1024, 257 * 1024);
    }

    [Fact]
    public async Task A_log_is_followed_from_its_beginning_while_the_step_runs()
    {
        await using var host = await StartAsync();
        var go = Path.Combine(Folder, "go");
        var name = await host.SubmitAsync(Command($"echo one; until [ -e '{go}' ]; do sleep 0.02; done; echo two"), Ct);
        var logs = host.Get<JobLogs>();
        var row = await logs.FindAsync(Caller.System, name, null, Ct);

        var text = "";
        var last = "";
        await foreach (var happened in logs.FollowAsync(Caller.System, row, null, Ct))
        {
            text += happened.Data.Text;
            last = happened.Data.Status;
            if (text == "one\n")
                await File.WriteAllTextAsync(go, "", Ct);
        }

        Assert.Equal("one\ntwo\n", text);
        Assert.Equal("Completed", last);
    }

    private static JobDefinition Including(string command) => new DefinitionReader(OwnKinds.Tables([])).ReadJob(new DefinitionText
    {
        Yaml = $"command: {command}\ncode: src\nenvironment: azureml:any@latest\nadditional_includes: [../shared, ../notes.txt]",
        Source = "job.yml",
    });
}
