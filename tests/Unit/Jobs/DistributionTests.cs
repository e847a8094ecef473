using System.Text.Json.Nodes;
using Slipway.Jobs.Compute.Distributed;
using Slipway.Kernel;
using Xunit;

namespace Slipway.Unit.Jobs;

/// <summary>What the processes of a distributed command are told, by the names of Azure ML.</summary>
public sealed class DistributionTests
{
    [Fact]
    public void Processes_of_pytorch_are_counted_over_all_instances()
    {
        var read = Read("{type: pytorch, process_count_per_instance: 2}", instances: 2)!;

        Assert.Equal(
            [
                "RANK=0 LOCAL_RANK=0 NODE_RANK=0 WORLD_SIZE=4 MASTER_ADDR=127.0.0.1 MASTER_PORT=6000",
                "RANK=1 LOCAL_RANK=1 NODE_RANK=0 WORLD_SIZE=4 MASTER_ADDR=127.0.0.1 MASTER_PORT=6000",
                "RANK=2 LOCAL_RANK=0 NODE_RANK=1 WORLD_SIZE=4 MASTER_ADDR=127.0.0.1 MASTER_PORT=6000",
                "RANK=3 LOCAL_RANK=1 NODE_RANK=1 WORLD_SIZE=4 MASTER_ADDR=127.0.0.1 MASTER_PORT=6000",
            ],
            Told(read, 6000));
    }

    [Fact]
    public void Processes_of_mpi_know_their_rank_as_under_Open_MPI() => Assert.Equal(
        [
            "OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=2 OMPI_COMM_WORLD_LOCAL_RANK=0 OMPI_COMM_WORLD_LOCAL_SIZE=2 AZ_BATCH_MASTER_NODE=127.0.0.1:6000",
            "OMPI_COMM_WORLD_RANK=1 OMPI_COMM_WORLD_SIZE=2 OMPI_COMM_WORLD_LOCAL_RANK=1 OMPI_COMM_WORLD_LOCAL_SIZE=2 AZ_BATCH_MASTER_NODE=127.0.0.1:6000",
        ],
        Told(Read("{type: mpi, process_count_per_instance: 2}", instances: 1)!, 6000));

    [Fact]
    public void Tensorflow_gets_its_cluster_with_workers_first()
    {
        var read = Read("{type: tensorflow, worker_count: 2, parameter_server_count: 1}", instances: 1)!;

        Assert.Equal(
            [
                """TF_CONFIG={"cluster":{"worker":["127.0.0.1:1","127.0.0.1:2"],"ps":["127.0.0.1:3"]},"task":{"type":"worker","index":0},"environment":"cloud"}""",
                """TF_CONFIG={"cluster":{"worker":["127.0.0.1:1","127.0.0.1:2"],"ps":["127.0.0.1:3"]},"task":{"type":"worker","index":1},"environment":"cloud"}""",
                """TF_CONFIG={"cluster":{"worker":["127.0.0.1:1","127.0.0.1:2"],"ps":["127.0.0.1:3"]},"task":{"type":"ps","index":0},"environment":"cloud"}""",
            ],
            Told(read, 1, 2, 3));
        Assert.Equal(3, read.FreeAddresses().Distinct().Count());
    }

    [Fact]
    public void Tensorflow_has_a_worker_for_each_instance_unless_it_says_otherwise() =>
        Assert.Equal(3, Read("{type: tensorflow}", instances: 3)!.Processes);

    [Fact]
    public void A_plain_command_and_one_of_ray_are_one_process()
    {
        Assert.Null(Distribution.Read([], 1));
        Assert.Null(Read("{type: ray}", 1));
    }

    [Theory]
    [InlineData("{type: pytorch, process_count_per_instance: 33}", "distribution asks for 66 processes; there may be 1 to 64.")]
    [InlineData("{type: mpi, process_count_per_instance: many}", "distribution.process_count_per_instance is 'many'; it must be a whole number.")]
    public void What_one_machine_cannot_do_is_refused(string distribution, string message) =>
        Assert.Equal(message, Assert.Throws<SlipwayException>(() => Read(distribution, instances: 2)).Message);

    private static IEnumerable<string> Told(Distribution distribution, params int[] ports) =>
        distribution.Variables([.. ports.Select(port => new ProcessAddress("127.0.0.1", $"{port}"))]).Select(variables => string.Join(' ', variables.Select(variable => $"{variable.Key}={variable.Value}")));

    private static Distribution? Read(string yaml, int instances) => Distribution.Read(
        JsonNode.Parse(Slipway.Jobs.Contracts.Definitions.Edit($"distribution: {yaml}", "f.yml", []))!.AsObject(), instances);
}
