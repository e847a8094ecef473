using System.Text.Json.Nodes;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Definitions;
using Xunit;
using static Slipway.Storage.Jobs.Definition;

namespace Slipway.Storage.Jobs;

/// <summary>A command in several processes.</summary>
public sealed class DistributedCommandTests : CommandContract
{
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

    private static JobDefinition Distributed(string type, string command, int? processes = 3)
    {
        var definition = Command(command);
        definition.Pipeline.Steps[0].Settings["distribution"] = new JsonObject { ["type"] = type, ["process_count_per_instance"] = processes };
        return definition;
    }
}
