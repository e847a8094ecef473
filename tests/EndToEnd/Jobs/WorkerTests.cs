using Slipway.Client;
using Slipway.EndToEnd.CommandLine;
using Slipway.Shared;
using Xunit;

namespace Slipway.EndToEnd.Jobs;

public sealed class WorkerTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly List<SlipwayHost> _workers = [];
    private Postgres _postgres = null!;
    private ServerProcess _server = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _postgres = await Postgres.CreateAsync(Ct);
        _server = await ServerProcess.StartAsync(_folder.File("server"), Ct, database: _postgres.ConnectionString, runSteps: false);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers)
            worker.Dispose();
        _server.Dispose();
        await _postgres.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_worker_runs_the_steps_of_a_server_that_runs_none_and_its_log_is_followed_live()
    {
        await StartWorkerAsync("one");
        var gate = _folder.File("gate");
        var name = await SubmitAsync($"echo \"begun for $MLFLOW_TRACKING_URI\"; until [ -e '{gate}' ]; do sleep 0.05; done; echo ended");

        await foreach (var said in _server.Client.Jobs.Logs.FollowAsync(name, Ct))
        {
            if (said.Text?.Contains("begun for " + _server.Url, StringComparison.Ordinal) == true)
                await File.WriteAllTextAsync(gate, "", Ct);
        }

        Assert.Equal("Completed", (await _server.Client.Jobs.WaitAsync(name, Ct)).Status);
    }

    [Fact]
    public async Task A_worker_that_is_asked_to_end_brings_its_steps_to_their_end()
    {
        var worker = await StartWorkerAsync("one");
        var (begun, gate) = (_folder.File("begun"), _folder.File("gate"));
        var name = await SubmitAsync($"touch '{begun}'; until [ -e '{gate}' ]; do sleep 0.05; done");
        while (!File.Exists(begun))
            await Task.Delay(20, Ct);

        var stopping = worker.StopAsync(Ct);
        await File.WriteAllTextAsync(gate, "", Ct);

        Assert.Equal(0, await stopping);
        Assert.Equal("Completed", (await _server.Client.Jobs.WaitAsync(name, Ct)).Status);
    }

    [Fact]
    public async Task The_processes_of_a_worker_that_is_killed_end_with_it()
    {
        var worker = await StartWorkerAsync("one");
        var pid = _folder.File("pid");
        await SubmitAsync($"setsid sleep 600 & echo $! > '{pid}.part'; echo $$ >> '{pid}.part'; mv '{pid}.part' '{pid}'; sleep 600");
        while (!File.Exists(pid))
            await Task.Delay(20, Ct);

        await worker.KillAsync();

        foreach (var process in await File.ReadAllLinesAsync(pid, Ct))
        {
            while (IsAlive(process))
                await Task.Delay(20, Ct);
        }
    }

    [Fact]
    public async Task A_worker_refuses_what_is_no_servers_home()
    {
        var refused = await SlipwayProgram.RunAsync(
            "worker", "--home", _folder.File("w"), "--server-home", _folder.File("nowhere"), "--server", _server.Url,
            "--database", _postgres.ConnectionString);

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("is not the home folder of a server", refused.Error, StringComparison.Ordinal);
    }

    private static bool IsAlive(string process) =>
        File.Exists($"/proc/{process}/stat") && !File.ReadAllText($"/proc/{process}/stat").Contains(") Z ", StringComparison.Ordinal);

    private async Task<SlipwayHost> StartWorkerAsync(string home)
    {
        var worker = await SlipwayHost.StartWorkerAsync(
            _folder.File(home), _folder.File("server"), _server.Url, _postgres.ConnectionString, Ct);
        _workers.Add(worker);
        return worker;
    }

    private async Task<string> SubmitAsync(string command)
    {
        var none = new Dictionary<string, string>();
        var yaml = $"type: command\nenvironment: azureml:any@latest\ncommand: |-\n  {command}\n";
        return (await _server.Client.Jobs.SubmitAsync(new NewJob(yaml, "job.yml", null, none, none), Ct)).Name;
    }
}
