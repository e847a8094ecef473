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

    private async Task<string> SubmitAsync(string command)
    {
        var none = new Dictionary<string, string>();
        var yaml = $"type: command\nenvironment: azureml:any@latest\ncompute: azureml:slurm\ncommand: |-\n  {command}\n";
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
