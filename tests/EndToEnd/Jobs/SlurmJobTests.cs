using System.Diagnostics;
using Slipway.Client;
using Slipway.Shared;
using Xunit;

namespace Slipway.EndToEnd.Jobs;

/// <summary>Commands as jobs of a real Slurm of two nodes.</summary>
public sealed class SlurmJobTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private string _slurm = "";
    private ServerProcess _server = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _slurm = await KeptService.Slurm.LineAsync();
        await StartAsync();
    }

    public ValueTask DisposeAsync()
    {
        _server.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_command_runs_on_a_node_and_its_end_is_told_in_words()
    {
        var good = await WaitAsync(await SubmitAsync("echo on $SLURMD_NODENAME for $AZUREML_RUN_ID; echo \"it's\" > outputs/made"));
        var bad = await WaitAsync(await SubmitAsync("echo going; exit 3"));

        Assert.True(good.Status == "Completed", good.Message);
        Assert.Contains($"for {good.Name}", await LogAsync(good.Name), StringComparison.Ordinal);
        Assert.Equal("The command ended with exit code 3. Its last words: going", bad.Message);
    }

    [Fact]
    public async Task A_distributed_command_runs_on_all_nodes_and_its_processes_know_each_other()
    {
        const string Spread = "resources: {instance_count: 2}\ndistribution: {type: pytorch, process_count_per_instance: 2}\n";

        var good = await WaitAsync(await SubmitAsync("echo $RANK.$LOCAL_RANK of $WORLD_SIZE on node $NODE_RANK $SLURMD_NODENAME, all meet at $MASTER_ADDR:$MASTER_PORT", Spread));
        var bad = await WaitAsync(await SubmitAsync("[ $RANK = 3 ] && { echo \"it's over\"; exit 7; }; sleep 600; echo never", Spread));

        Assert.True(good.Status == "Completed", good.Message + await LogAsync(good.Name));
        var lines = (await LogAsync(good.Name)).Split('\n').Where(line => line.Contains(" of 4 ", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList();
        var port = lines[0][(lines[0].LastIndexOf(':') + 1)..];
        Assert.Equal(
            [
                $"[0] 0.0 of 4 on node 0 node1, all meet at node1:{port}", $"[1] 1.1 of 4 on node 0 node1, all meet at node1:{port}",
                $"[2] 2.0 of 4 on node 1 node2, all meet at node1:{port}", $"[3] 3.1 of 4 on node 1 node2, all meet at node1:{port}",
            ],
            lines.AsEnumerable());
        Assert.Contains("[pytorch: 4 processes on 2 nodes.]", await LogAsync(good.Name), StringComparison.Ordinal);
        Assert.Equal("The command ended with exit code 7. Process 3 of 4 failed first; its last words: it's over", bad.Message);
        Assert.DoesNotContain("never", await LogAsync(bad.Name), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "system/")]
    [InlineData("resources: {instance_count: 2}\ndistribution: {type: pytorch}\n", "system/node_0/", "system/node_1/")]
    public async Task What_a_command_takes_of_its_nodes_is_series_of_its_run(string more, params string[] prefixes)
    {
        const string Measured = "environment_variables: {MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING: 'true', MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL: '0.2'}\n";
        var gate = _folder.File("gate");
        var name = await SubmitAsync($"until [ -e '{gate}' ]; do sleep 0.1; done", Measured + more);
        var run = (await _server.Client.Jobs.FindAsync(name, Ct))!.RunId;

        var keys = new List<string>();
        while (!prefixes.All(prefix => keys.Contains($"{prefix}system_memory_usage_megabytes")))
        {
            var job = (await _server.Client.Jobs.FindAsync(name, Ct))!;
            Assert.False(job.IsOver, job.Message);
            await Task.Delay(100, Ct);
            var shown = await _server.Client.GetAsync($"api/2.0/mlflow/runs/get?run_id={run}", Ct);
            keys = [.. (shown["run"]!["data"]!["metrics"]?.AsArray() ?? []).Select(metric => (string)metric!["key"]!)];
        }

        await File.WriteAllTextAsync(gate, "", Ct);
        Assert.Equal("Completed", (await WaitAsync(name)).Status);
        Assert.Equal(
            prefixes.SelectMany(prefix => new[]
            {
                "cpu_utilization_percentage", "disk_available_megabytes", "disk_read_megabytes", "disk_usage_megabytes", "disk_usage_percentage", "disk_write_megabytes",
                "network_receive_megabytes", "network_transmit_megabytes", "system_memory_usage_megabytes", "system_memory_usage_percentage",
            }.Select(metric => prefix + metric)),
            keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Workers_and_servers_of_tensorflow_are_told_where_the_others_are()
    {
        var job = await WaitAsync(await SubmitAsync(
            "echo $TF_CONFIG", "resources: {instance_count: 2}\ndistribution: {type: tensorflow, worker_count: 2, parameter_server_count: 1}\n"));

        Assert.True(job.Status == "Completed", job.Message);
        Assert.Matches(
            """(?m)^\[2\] \{"cluster":\{"worker":\["node1:[0-9]+","node1:[0-9]+"\],"ps":\["node2:[0-9]+"\]\},"task":\{"type":"ps","index":0\},"environment":"cloud"\}$""",
            await LogAsync(job.Name));
    }

    [Fact]
    public async Task Cancel_ends_the_job_in_Slurm()
    {
        var begun = _folder.File("begun");
        var name = await SubmitAsync($"touch '{begun}'; sleep 600");
        while (!File.Exists(begun))
            await Task.Delay(50, Ct);

        await _server.Client.Jobs.CancelAsync(name, Ct);
        var job = await WaitAsync(name);

        Assert.Equal("Canceled", job.Status);
        Assert.DoesNotContain(job.RunId, await QueueAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_was_killed_goes_on_with_the_job_that_it_finds_in_Slurm()
    {
        var (begun, gate) = (_folder.File("begun"), _folder.File("gate"));
        var name = await SubmitAsync($"echo begun >> '{begun}'; until [ -e '{gate}' ]; do sleep 0.1; done; echo ended");
        while (!File.Exists(begun))
            await Task.Delay(50, Ct);

        await _server.KillAsync();
        _server.Dispose();
        await StartAsync();
        while (!(await LogAsync(name)).Contains("goes on with the Slurm job", StringComparison.Ordinal))
        {
            Assert.False((await _server.Client.Jobs.FindAsync(name, Ct))!.IsOver, await LogAsync(name));
            await Task.Delay(50, Ct);
        }

        await File.WriteAllTextAsync(gate, "", Ct);
        var job = await WaitAsync(name);

        Assert.True(job.Status == "Completed", job.Message);
        Assert.Single(await File.ReadAllLinesAsync(begun, Ct));
        Assert.EndsWith("ended\n", await LogAsync(name), StringComparison.Ordinal);
    }

    private async Task StartAsync() =>
        _server = await ServerProcess.StartAsync(_folder.File("home"), Ct, variables: ("SLURM_CONF", _slurm));

    private async Task<string> SubmitAsync(string command, string more = "")
    {
        var none = new Dictionary<string, string>();
        var yaml = $"type: command\nenvironment: azureml:any@latest\ncompute: azureml:slurm\n{more}command: |-\n  {command}\n";
        return (await _server.Client.Jobs.SubmitAsync(new NewJob(yaml, "job.yml", null, none, none), Ct)).Name;
    }

    private async Task<Job> WaitAsync(string name)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        return await _server.Client.Jobs.WaitAsync(name, limit.Token);
    }

    private Task<string> LogAsync(string name) => _server.Client.GetTextAsync($"api/v1/jobs/{name}/logs", Ct);

    private async Task<string> QueueAsync()
    {
        var call = new ProcessStartInfo("squeue", ["--noheader", "--format=%j %T"]) { RedirectStandardOutput = true };
        call.Environment["SLURM_CONF"] = _slurm;
        using var queue = Process.Start(call)!;
        return await queue.StandardOutput.ReadToEndAsync(Ct);
    }
}
