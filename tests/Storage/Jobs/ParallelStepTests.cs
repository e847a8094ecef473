using System.Text.Json.Nodes;
using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Definitions;
using Slipway.Kernel;
using Xunit;
using static Slipway.Storage.Jobs.Definition;

namespace Slipway.Storage.Jobs;

/// <summary>Parallel steps are the same on both databases.</summary>
public sealed class ParallelStepTests() : JobContract(DatabaseProvider.Sqlite)
{
    private const string Doubles =
        """
        import argparse, os, sys
        def init():
            global args
            parser = argparse.ArgumentParser()
            parser.add_argument("--suffix")
            args, _ = parser.parse_known_args()
        def run(mini_batch, context):
            return [f"{open(name).read().strip()}{args.suffix} of {len(mini_batch)}" for name in mini_batch]
        """;

    [Fact]
    public async Task An_input_is_split_into_mini_batches_and_what_run_returns_is_one_file()
    {
        await using var host = await StartAsync();

        var job = await RunAsync(host, Doubles, """{"mini_batch_size": "2"}""", "--suffix '! ?' --error_threshold 0 --copy_logs_to_parent True");

        Assert.Equal((JobStatus.Completed, null), (job.Status, job.Message));
        Assert.Equal("1! ? of 2\n2! ? of 2\n3! ? of 2\n4! ? of 2\n5! ? of 1\n", await RowsAsync(job));
    }

    [Fact]
    public async Task Folders_are_keys_that_an_input_may_be_split_by()
    {
        await using var host = await StartAsync();

        var job = await RunAsync(
            host, "def run(mini_batch, context):\n    return [str(sorted(context.partition_key_value.items())) + str(len(mini_batch))]",
            """{"partition_keys": ["year", "shop"]}""", "", ("2024/a/1.txt", "1"), ("2024/a/2.txt", "2"), ("2024/b/1.txt", "3"));

        Assert.Equal((JobStatus.Completed, null), (job.Status, job.Message));
        Assert.Equal("[('shop', 'a'), ('year', '2024')]2\n[('shop', 'b'), ('year', '2024')]1\n", await RowsAsync(job));
    }

    [Fact]
    public async Task A_mini_batch_that_fails_dies_or_hangs_is_tried_again()
    {
        await using var host = await StartAsync();
        var marks = Path.Combine(Folder, "marks");
        Directory.CreateDirectory(marks);
        var script =
            $$"""
            import os, time
            def run(mini_batch):
                number = open(mini_batch[0]).read().strip()
                mark = os.path.join("{{marks}}", number)
                if not os.path.exists(mark):
                    open(mark, "w").close()
                    if number == "1": raise ValueError("one")
                    if number == "2": os._exit(7)
                    if number == "3": time.sleep(600)
                return [number]
            """;

        var job = await RunAsync(host, script, """{"retry_settings": {"max_retries": 1, "timeout": 2}, "mini_batch_error_threshold": 0}""");

        Assert.Equal((JobStatus.Completed, null), (job.Status, job.Message));
        Assert.Equal("1\n2\n3\n4\n5\n", await RowsAsync(job));
    }

    [Theory]
    [InlineData("""{"mini_batch_error_threshold": 1}""", "", "2 mini-batches failed; mini_batch_error_threshold allows 1.")]
    [InlineData("""{"mini_batch_error_threshold": 2}""", "", null)]
    [InlineData("{}", "--error_threshold 1", "2 items failed; error_threshold allows 1.")]
    [InlineData("{}", "--allowed_failed_percent 30", "2 of 5 mini-batches failed; allowed_failed_percent is 30.")]
    [InlineData("""{"mini_batch_size": "few"}""", "", "mini_batch_size is 'few'; give a number of files, or a size such as 10kb or 1mb.")]
    public async Task A_step_bears_as_many_failures_as_it_says(string settings, string arguments, string? said)
    {
        await using var host = await StartAsync();
        var script = "def run(mini_batch):\n    return [1 // (int(open(mini_batch[0]).read()) % 2)]";
        var fields = JsonNode.Parse(settings)!.AsObject();
        fields["retry_settings"] = new JsonObject { ["max_retries"] = 0 };

        var job = await RunAsync(host, script, fields.ToJsonString(), arguments);

        Assert.Equal(said is null ? JobStatus.Completed : JobStatus.Failed, job.Status);
        if (said is not null)
            Assert.Contains(said, job.Message);
        else
            Assert.Equal("1\n1\n1\n", await RowsAsync(job));
    }

    [Theory]
    [InlineData("def init():\n    raise ValueError('no model')\ndef run(b):\n    return b", "init() failed: ValueError: no model")]
    [InlineData("x = 1", "main.py has no function run(mini_batch).")]
    [InlineData("def run(b):\n    return 3", "run() returned int; it must return a list, a tuple or a pandas DataFrame.", """{"mini_batch_error_threshold": 0, "retry_settings": {"max_retries": 0}}""")]
    public async Task What_is_wrong_with_the_script_is_said(string script, string said, string settings = "{}")
    {
        await using var host = await StartAsync();

        var job = await RunAsync(host, script, settings);

        Assert.Equal(JobStatus.Failed, job.Status);
        Assert.Contains(said, await host.Get<Slipway.Jobs.Operations.JobLogs>().ReadAsync(
            Caller.System, await host.Get<Slipway.Jobs.Operations.JobLogs>().FindAsync(Caller.System, job.Name, null, Ct), null, null, Ct));
    }

    [Fact]
    public async Task A_new_server_goes_on_with_the_mini_batches_that_are_left()
    {
        var (count, gate) = (Path.Combine(Folder, "count"), Path.Combine(Folder, "gate"));
        var script =
            $$"""
            import os, time
            def run(mini_batch):
                number = open(mini_batch[0]).read().strip()
                with open("{{count}}", "a") as file: file.write(number + "\n")
                while number == "4" and not os.path.exists("{{gate}}"): time.sleep(0.02)
                return [number]
            """;
        var host = await StartAsync(new HostSettings { Parallelism = 1 });
        var name = await SubmitAsync(host, script, """{"max_concurrency_per_instance": 1, "retry_settings": {"timeout": 600}}""", "", Five);
        while (!File.Exists(count) || !(await File.ReadAllLinesAsync(count, Ct)).Contains("4"))
            await Task.Delay(20, Ct);
        await host.DisposeAsync();
        await File.WriteAllTextAsync(gate, "", Ct);
        await using var next = await StartAsync();

        var job = await next.WaitAsync(name, Ct);

        Assert.Equal((JobStatus.Completed, null), (job.Status, job.Message));
        Assert.Equal("1\n2\n3\n4\n5\n", await RowsAsync(job));
        Assert.Equal(["1", "2", "3", "4", "4", "5"], await File.ReadAllLinesAsync(count, Ct));
    }

    private static (string Path, string Text)[] Five => [.. Enumerable.Range(1, 5).Select(number => ($"{number}.txt", $"{number}"))];

    private async Task<Job> RunAsync(
        JobHost host, string script, string settings, string arguments = "", params (string Path, string Text)[] files) =>
        await host.WaitAsync(await SubmitAsync(host, script, settings, arguments, files.Length == 0 ? Five : files), Ct);

    private async Task<string> SubmitAsync(
        JobHost host, string script, string settings, string arguments, (string Path, string Text)[] files)
    {
        var fields = JsonNode.Parse(settings)!.AsObject();
        fields["max_concurrency_per_instance"] ??= 2;
        fields["input_data"] = "${{inputs.rows}}";
        fields["task"] = new JsonObject
        {
            ["code"] = "./src",
            ["entry_script"] = "main.py",
            ["program_arguments"] = arguments,
            ["append_row_to"] = "${{outputs.rows}}",
        };
        var step = Step("each", "parallel") with
        {
            Settings = fields,
            Outputs = [Output("rows", type: "uri_file")],
            Files = [new SettingFile("task.code", new LocalPath("./src", "src"))],
            Inputs = [Asset("rows", "./data")],
        };
        return await host.SubmitAsync(Pipeline(step), Ct, ("src", await PutAsync(("main.py", script))), ("data", await PutAsync(files)));
    }

    private async Task<string> RowsAsync(Job job) => System.Text.Encoding.UTF8.GetString(
        await Content.ReadAllAsync((await Content.GetTreeAsync(job.Steps[0].Outputs["rows"].Tree!.Value, Ct)).Entries[0].Digest, Ct));
}
