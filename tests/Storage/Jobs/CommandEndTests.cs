using System.Diagnostics;
using System.Text.Json.Nodes;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Xunit;
using static Slipway.Storage.Jobs.Definition;

namespace Slipway.Storage.Jobs;

/// <summary>How a command ends, and that all of its processes end with it.</summary>
public sealed class CommandEndTests : CommandContract
{
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
}
