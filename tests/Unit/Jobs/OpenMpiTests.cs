using System.Diagnostics;
using System.Runtime.Versioning;
using Slipway.Jobs.Compute.Distributed;
using Slipway.Shared;
using Xunit;

namespace Slipway.Unit.Jobs;

/// <summary>The script of a Slurm job that hands a command to Open MPI; what belongs to a cluster is played by scripts.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class OpenMpiTests : IDisposable
{
    private const string Mpirun =
        """
        #!/bin/bash
        [[ $1 != --version ]] || { echo "mpirun (Open MPI) 5.0.7"; exit; }
        while [[ $1 != bash ]]; do said+="$1 "; [[ $1 != -np ]] || count=$2; shift; done
        echo "mpirun $said"
        for ((rank = 0; rank < count; rank++)); do OMPI_COMM_WORLD_RANK=$rank "$@" || exit; done
        """;

    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Mpirun_starts_the_processes_where_Open_MPI_is_installed()
    {
        var finished = await RunAsync(Mpirun, "echo \"it's $OMPI_COMM_WORLD_RANK on $SLIPWAY_NODES\"");

        Assert.Equal(
            [
                "mpirun --allow-run-as-root --oversubscribe --tag-output -np 4 --map-by ppr:2:node ",
                "it's 0 on node1 node2", "it's 1 on node1 node2", "it's 2 on node1 node2", "it's 3 on node1 node2", "",
            ],
            finished.Output.Split('\n'));
        Assert.Equal((0, ""), (finished.ExitCode, finished.Error));
    }

    [Fact]
    public async Task Its_exit_code_is_that_of_the_command() =>
        Assert.Equal(7, (await RunAsync(Mpirun, "exit 7")).ExitCode);

    [Fact]
    public async Task An_mpirun_of_others_is_left_alone_and_srun_starts_a_shell_on_each_node()
    {
        var finished = await RunAsync("#!/bin/bash\necho Intel", "true");

        Assert.Equal("srun --export=ALL --nodes=2 --ntasks=2 --ntasks-per-node=1 --kill-on-bad-exit=1 bash node.sh\n", finished.Output.Replace(_folder.Path + "/", "", StringComparison.Ordinal));
    }

    private async Task<Executable.Finished> RunAsync(string mpirun, string command)
    {
        var distribution = new Distribution { Type = "mpi", Processes = 4, PerNode = 2 };
        var script = await Launch.OnNodesAsync(distribution, command, 2, _folder.Path, Ct);
        await WriteAsync("mpirun", mpirun);
        await WriteAsync("scontrol", "#!/bin/bash\necho \"$3\" | tr , '\\n'");
        await WriteAsync("srun", "#!/bin/bash\necho srun \"$@\"");
        var call = new ProcessStartInfo("bash", ["-c", script]);
        call.Environment["PATH"] = $"{_folder.File("bin")}:{Environment.GetEnvironmentVariable("PATH")}";
        call.Environment["SLURM_JOB_NODELIST"] = "node1,node2";
        call.Environment["SLURM_JOB_ID"] = "71234";
        return await Executable.RunAsync(call, Ct);
    }

    private async Task WriteAsync(string program, string text)
    {
        Directory.CreateDirectory(_folder.File("bin"));
        var file = _folder.File($"bin/{program}");
        await File.WriteAllTextAsync(file, text + "\n", Ct);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }
}
