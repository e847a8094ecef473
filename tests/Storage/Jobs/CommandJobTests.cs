using System.Diagnostics;
using System.Text.Json.Nodes;
using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Definitions;
using Slipway.Jobs.Definitions.Schema;
using Slipway.Jobs.Operations;
using Slipway.Kernel;
using Xunit;
using static Slipway.Storage.Jobs.Definition;

namespace Slipway.Storage.Jobs;

/// <summary>Commands are the same on both databases.</summary>
public sealed class CommandJobTests() : JobContract(DatabaseProvider.Sqlite)
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
    public async Task The_processes_of_a_distributed_command_know_each_other_and_log_behind_their_rank()
    {
        await using var host = await StartAsync();
        var definition = Distributed("pytorch", "echo $RANK of $WORLD_SIZE at $MASTER_ADDR; echo it\\'s ${{outputs.out}} > ${{outputs.out}}/$RANK");

        var job = await host.RunAsync(definition, Ct);

        Assert.Equal((JobStatus.Completed, null), (job.Status, job.Message));
        Assert.Equal(
            ["[0] 0 of 3 at 127.0.0.1", "[1] 1 of 3 at 127.0.0.1", "[2] 2 of 3 at 127.0.0.1", "[pytorch: 3 processes on one machine.]"],
            (await LogAsync(host, job)).Trim().Split('\n').Order(StringComparer.Ordinal));
        var made = await Content.GetTreeAsync(job.Steps[0].Outputs["out"].Tree!.Value, Ct);
        Assert.Equal(["0", "1", "2"], made.Entries.Select(file => file.Path));
    }

    [Fact]
    public async Task A_process_that_fails_ends_all_others()
    {
        await using var host = await StartAsync();

        var job = await host.RunAsync(Distributed("pytorch", "[ $RANK = 1 ] && { echo no such column; exit 7; }; trap 'echo interrupted; exit 1' TERM; sleep 1000 & wait; echo never"), Ct);

        Assert.Equal(
            (JobStatus.Failed, "The command ended with exit code 7. Process 1 of 3 failed first; its last words: no such column"),
            (job.Status, job.Message));
        Assert.DoesNotContain("never", await LogAsync(host, job), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_single_process_of_a_distribution_is_told_who_it_is_and_logs_as_it_is()
    {
        await using var host = await StartAsync();
        var definition = Distributed("tensorflow", "echo $TF_CONFIG", processes: null);

        var job = await host.RunAsync(definition, Ct);

        Assert.Matches(
            """\A\{"cluster":\{"worker":\["127.0.0.1:[0-9]+"\]\},"task":\{"type":"worker","index":0\},"environment":"cloud"\}\n\z""", await LogAsync(host, job));
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
    public async Task What_the_processes_of_a_command_take_is_measured_when_it_is_asked_for()
    {
        await using var host = await StartAsync();
        var definition = WithVariables(
            Command("echo $MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING; head -c 50000000 /dev/zero | tail >/dev/null; sleep 0.5 & (while test -d /proc/$!; do :; done)"),
            ("MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING", "true"),
            ("MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL", "0.1"));

        var job = await host.RunAsync(definition, Ct);

        var points = Neighbours.Metrics[job.RunId];
        Assert.Equal("false\n", await LogAsync(host, job));
        Assert.Contains(points, point => point is { Key: "system/cpu_utilization_percentage", Value: > 0 });
        Assert.Contains(points, point => point is { Key: "system/system_memory_usage_megabytes", Value: > 1 });
        Assert.All(points.Where(point => point.Key.EndsWith("percentage", StringComparison.Ordinal)), point => Assert.InRange(point.Value, 0, 110));
        Assert.Equal(10, points.Select(point => point.Key).Distinct().Count());
        Assert.Equal(0, points.Min(point => point.Step));
    }

    [Fact]
    public async Task A_command_is_not_measured_unless_it_is_asked_for()
    {
        await using var host = await StartAsync();

        var job = await host.RunAsync(WithVariables(Command("sleep 1.2"), ("MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL", "0.1")), Ct);

        Assert.Equal(JobStatus.Completed, job.Status);
        Assert.DoesNotContain(Neighbours.Metrics.GetValueOrDefault(job.RunId) ?? [], point => point.Key.StartsWith("system/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_interval_that_is_none_fails_the_step_and_names_the_variable()
    {
        await using var host = await StartAsync();

        var job = await host.RunAsync(
            WithVariables(Command("true"), ("MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING", "true"), ("MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL", "often")), Ct);

        Assert.Equal(
            (JobStatus.Failed, "The variable MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL is 'often'; it must be a number from 0.1 to 86400."),
            (job.Status, job.Message));
    }

    [Theory]
    [InlineData("echo started; exit 3", "The command ended with exit code 3. Its last words: started")]
    [InlineData("kill -9 $$", "The command was ended by signal 9, KILL (most often: the machine ran out of memory) (exit code 137).")]
    [InlineData("no-such-program --now", "The command ended with exit code 127: a command that it calls was not found. Its last words: bash: line 1: no-such-program: command not found")]
    [InlineData("if then", "The command ended with exit code 2. Its last words: bash: -c: line 1: `if then'")]
    public async Task The_end_of_a_command_is_told_in_words(string command, string message)
    {
        await using var host = await StartAsync();

        var job = await host.RunAsync(Command(command), Ct);

        Assert.Equal((JobStatus.Failed, message), (job.Status, job.Message));
    }

    [Fact]
    public async Task Cancel_ends_the_whole_process_tree_even_what_left_its_group()
    {
        await using var host = await StartAsync();
        var mark = $"{Guid.CreateVersion7():N}";
        var name = await host.SubmitAsync(Command($"setsid sleep 98 {mark}; (sleep 97; echo {mark}) & setsid -f sleep 99; echo up; sleep 96"), Ct);
        await UntilAsync(async () => (await LogAsync(host, (await host.Jobs.FindAsync(Caller.System, name, Ct))!)).Contains("up"));

        await host.Jobs.CancelAsync(Caller.System, name, Ct);
        var job = await host.WaitAsync(name, Ct);

        Assert.Equal(JobStatus.Canceled, job.Status);
        Assert.Equal("", await SleepersAsync(job.RunId));
    }

    [Fact]
    public async Task A_command_over_its_timeout_is_ended_and_fails()
    {
        await using var host = await StartAsync();
        var definition = Command("echo waiting; sleep 95");
        var step = definition.Pipeline.Steps[0] with { Limits = new JsonObject { ["timeout"] = 0.3 } };

        var job = await host.RunAsync(definition with { Pipeline = definition.Pipeline with { Steps = [step] } }, Ct);

        Assert.Equal(
            (JobStatus.Failed, "It ran longer than limits.timeout allows (0.3 s) and was ended."), (job.Status, job.Message));
        Assert.Equal("", await SleepersAsync(job.RunId));
    }

    [Fact]
    public async Task What_a_command_leaves_in_the_background_ends_with_it()
    {
        await using var host = await StartAsync();

        var job = await host.RunAsync(Command("sleep 94 & setsid -f sleep 93; echo done"), Ct);

        Assert.Equal(JobStatus.Completed, job.Status);
        Assert.Equal("", await SleepersAsync(job.RunId));
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

    private static JobDefinition Distributed(string type, string command, int? processes = 3)
    {
        var definition = Command(command);
        definition.Pipeline.Steps[0].Settings["distribution"] = new JsonObject { ["type"] = type, ["process_count_per_instance"] = processes };
        return definition;
    }

    private static JobDefinition Including(string command) => new DefinitionReader(OwnKinds.Tables([])).ReadJob(new DefinitionText
    {
        Yaml = $"command: {command}\ncode: src\nenvironment: azureml:any@latest\nadditional_includes: [../shared, ../notes.txt]",
        Source = "job.yml",
    });

    private static async Task<string> LogAsync(JobHost host, Job job)
    {
        var logs = host.Get<JobLogs>();
        return await logs.ReadAsync(Caller.System, await logs.FindAsync(Caller.System, job.Name, null, Ct), null, null, Ct);
    }

    // The processes of a step carry its run in a variable.
    private static async Task<string> SleepersAsync(string runId)
    {
        using var grep = Process.Start(new ProcessStartInfo("bash", ["-c", $"grep -lsz 'SLIPWAY_STEP_PROCESS=.*{runId}' /proc/[0-9]*/environ || true"])
        {
            RedirectStandardOutput = true,
        })!;
        return await grep.StandardOutput.ReadToEndAsync(Ct);
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        while (!await condition())
            await Task.Delay(20, limit.Token);
    }

    private static JobDefinition WithVariables(JobDefinition definition, params (string Name, string Value)[] variables) => definition with
    {
        Pipeline = definition.Pipeline with
        {
            Steps =
            [
                .. definition.Pipeline.Steps.Select(step => step with
                {
                    EnvironmentVariables = variables.ToDictionary(variable => variable.Name, variable => variable.Value),
                }),
            ],
        },
    };
}
