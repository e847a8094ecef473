using System.Text.Json.Nodes;
using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Definitions;
using Slipway.Jobs.Operations;
using Slipway.Kernel;
using Xunit;
using static Slipway.Storage.Jobs.Definition;

namespace Slipway.Storage.Jobs;

/// <summary>What commands of this machine may take, and what they find there.</summary>
public sealed class LimitedCommandTests() : JobContract(DatabaseProvider.Sqlite)
{
    [Fact]
    public async Task A_command_is_kept_within_its_memory_and_the_log_says_how()
    {
        await using var host = await StartAsync();

        var job = await host.RunAsync(
            Changed("head -c 400M /dev/zero | tail -c 300M > /dev/null && echo had it", new JsonObject { ["docker_args"] = "--memory=100m" }), Ct);

        Assert.Equal(JobStatus.Failed, job.Status);
        var found = await host.Get<SearchLogs>().RunAsync(Caller.System, job.Name, "rlimit|had it", null, 10, Ct);
        Assert.DoesNotContain(found.Lines, line => line.Text.Contains("had it", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--gpus all", "resources.docker_args has '--gpus', which is not understood here. Known: --cpus, --memory, --shm-size, --network.")]
    [InlineData("--memory much", "resources.docker_args --memory is 'much'; write a size such as 512m, 4g or 4Gi.")]
    public async Task Resources_that_are_not_understood_fail_the_step(string arguments, string message)
    {
        await using var host = await StartAsync();

        var job = await host.RunAsync(Changed("true", new JsonObject { ["docker_args"] = arguments }), Ct);

        Assert.Equal((JobStatus.Failed, message), (job.Status, job.Message));
    }

    [Fact]
    public async Task Packages_that_this_machine_does_not_have_are_named()
    {
        await using var host = await StartAsync();
        var definition = Command("true");
        var step = definition.Pipeline.Steps[0];
        step.Settings["environment"] = new JsonObject
        {
            ["image"] = "any",
            ["conda_file"] = JsonNode.Parse("""{"dependencies": ["python=3", "pip", {"pip": ["pip>=1", "slipway-no-such-package==7"]}]}"""),
        };

        var job = await host.RunAsync(definition, Ct);

        Assert.StartsWith(
            "The environment needs what this machine does not have: slipway-no-such-package==7 (not installed). They could not be installed: ",
            job.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Urgent_steps_go_first()
    {
        var order = new System.Collections.Concurrent.ConcurrentQueue<string>();
        var gate = new TaskCompletionSource();
        var kind = new TestKind("note", async (step, _) =>
        {
            if (step.StepId.EndsWith("/first", StringComparison.Ordinal))
                await gate.Task;
            order.Enqueue(step.StepId[(step.StepId.IndexOf('/', StringComparison.Ordinal) + 1)..]);
        });
        await using var host = await StartAsync(new HostSettings { Parallelism = 1 }, kind);
        var first = await host.SubmitAsync(Pipeline(Step("first", "note")), Ct);
        while ((await host.Jobs.FindAsync(Caller.System, first, Ct))!.Status != JobStatus.Running)
            await Task.Delay(5, Ct);

        var steps = new[] { "low", "medium", "high" }.Select(priority => Step(priority, "note") with { Priority = priority });
        var name = await host.SubmitAsync(Pipeline([.. steps]), Ct);
        gate.SetResult();
        await host.WaitAsync(name, Ct);

        Assert.Equal(["first", "high", "medium", "low"], order);
    }

    [Fact]
    public async Task The_lines_of_all_logs_are_searched()
    {
        await using var host = await StartAsync();
        var job = await host.RunAsync(Command("for i in 1 2 3; do echo epoch $i loss 0.$i; done; echo end"), Ct);
        var search = host.Get<SearchLogs>();

        var found = await search.RunAsync(Caller.System, job.Name, "loss 0\\.[23]", null, 10, Ct);
        var cut = await search.RunAsync(Caller.System, job.Name, "epoch", null, 1, Ct);
        var refused = await Assert.ThrowsAsync<SlipwayException>(() => search.RunAsync(Caller.System, job.Name, "(", null, 1, Ct));

        Assert.Equal([(2, "epoch 2 loss 0.2"), (3, "epoch 3 loss 0.3")], found.Lines.Select(line => (line.Number, line.Text)));
        Assert.Equal((1, true), (cut.Lines.Count, cut.Truncated));
        Assert.Equal(ErrorCode.InvalidParameter, refused.Code);
    }

    private static JobDefinition Changed(string command, JsonObject resources)
    {
        var definition = Command(command);
        var step = definition.Pipeline.Steps[0] with { Resources = resources };
        return definition with { Pipeline = definition.Pipeline with { Steps = [step] } };
    }
}
