using System.Diagnostics;
using Xunit;

namespace Slipway.Http.Jobs;

/// <summary>Jobs that cannot be, or that misbehave, in a whole server by the command line: a sentence, a bound on the disk, and a server that goes on.</summary>
public sealed class BadInputTests : IAsyncLifetime
{
    private CommandServer _server = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await CommandServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_step_that_floods_its_output_keeps_its_beginning_and_end_and_the_disk_is_bounded()
    {
        await WriteCommandAsync("flood.yml", "echo first; yes floodfloodfloodflood | head -c 120000000; echo; echo last");

        await _server.CallAsync("job", "create", "-f", _server.File("flood.yml"), "-n", "flood", "--stream", "-o", "none");

        var log = await _server.CallAsync("job", "log", "-n", "flood");
        Assert.StartsWith("first\nfloodflood", log, StringComparison.Ordinal);
        Assert.EndsWith("\nlast", log, StringComparison.Ordinal);
        Assert.Contains("bytes left out]", log, StringComparison.Ordinal);
        var disk = new DirectoryInfo(_server.File("home")).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
        Assert.InRange(disk, 1, 200_000_000);
        await GoesOnAsync();
    }

    [Fact]
    public async Task A_step_that_forks_is_ended_with_all_its_processes()
    {
        await WriteCommandAsync("fork.yml", "for i in $(seq 150); do setsid -f sleep 777; sleep 777 & done; echo up; wait");
        await _server.CallAsync("job", "create", "-f", _server.File("fork.yml"), "-n", "fork", "-o", "none");
        await UntilAsync(async () => await _server.CallAsync("job", "log", "-n", "fork") == "up");
        var run = await _server.CallAsync("job", "show", "-n", "fork", "--query", "run_id", "-o", "tsv");
        Assert.NotEmpty(ProcessesOf(run));

        await _server.CallAsync("job", "cancel", "-n", "fork");

        await _server.RunAsync("job", "stream", "-n", "fork");
        Assert.Equal("Canceled", await _server.CallAsync("job", "show", "-n", "fork", "--query", "status", "-o", "tsv"));
        await UntilAsync(() => Task.FromResult(ProcessesOf(run).Count == 0));
        await GoesOnAsync();
    }

    [Fact]
    public async Task An_input_that_vanishes_while_the_job_runs_fails_the_step_that_reads_it_by_its_name()
    {
        var store = _server.File("home/datastores/default/workspaceblobstore");
        Directory.CreateDirectory(store);
        await _server.WriteAsync("home/datastores/default/workspaceblobstore/rows.csv", "a\n1\n");
        await _server.WriteAsync(
            "vanish.yml",
            $$$"""
            type: pipeline
            jobs:
              first:
                command: cat ${{inputs.rows}} && rm {{{store}}}/rows.csv && echo gone > ${{outputs.told}}/t
                environment: azureml:any@latest
                inputs: {rows: {type: uri_file, path: azureml://datastores/workspaceblobstore/paths/rows.csv}}
                outputs: {told: {type: uri_folder}}
              second:
                command: cat ${{inputs.rows}} ${{inputs.after}}/t
                environment: azureml:any@latest
                inputs:
                  after: ${{parent.jobs.first.outputs.told}}
                  rows: {type: uri_file, path: azureml://datastores/workspaceblobstore/paths/rows.csv}
            """);

        var (code, _, errors) = await _server.RunAsync("job", "create", "-f", _server.File("vanish.yml"), "-n", "vanish", "--stream", "-o", "none");

        Assert.Equal(1, code);
        Assert.Contains("[second Failed: There is no file at 'azureml://datastores/workspaceblobstore/paths/rows.csv'", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
        await GoesOnAsync();
    }

    [Fact]
    public async Task A_command_that_does_not_exist_is_told_with_what_the_shell_said()
    {
        await WriteCommandAsync("none.yml", "no-such-thing --now");

        var (code, _, errors) = await _server.RunAsync("job", "create", "-f", _server.File("none.yml"), "-n", "none", "--stream", "-o", "none");

        Assert.Equal(1, code);
        Assert.Contains(
            "[Job none Failed: The command ended with exit code 127: a command that it calls was not found. Its last words: bash: line 1: no-such-thing: command not found]",
            errors, StringComparison.Ordinal);
        await GoesOnAsync();
    }

    [Fact]
    public async Task An_input_that_does_not_exist_is_refused_before_anything_is_kept()
    {
        await WriteCommandAsync("nope.yml", "cat ${{inputs.rows}}", "inputs: {rows: {type: uri_file, path: azureml:nope:1}}");

        var (code, _, errors) = await _server.RunAsync("job", "create", "-f", _server.File("nope.yml"), "-n", "nope");
        var other = await _server.RunAsync("job", "create", "-f", _server.File("nope.yml"), "-n", "nope", "--set", "inputs.rows.path=azureml://jobs/none/outputs/out");

        Assert.Equal((1, "Job 'nope', input 'rows' ('azureml:nope:1'): Data asset 'nope' does not exist; 'slipway data list' shows those that do."), (code, errors));
        Assert.Equal((1, "Job 'nope', input 'rows' ('azureml://jobs/none/outputs/out'): Job 'none' does not exist."), (other.Code, other.Errors));
        Assert.Equal("", await _server.CallAsync("job", "list", "--query", "[].name", "-o", "tsv"));
    }

    [Fact]
    public async Task An_output_that_is_used_before_it_exists_is_named()
    {
        var go = _server.File("go");
        await WriteCommandAsync("slow.yml", $"for i in $(seq 1200); do [ ! -e '{go}' ] || break; sleep 0.05; done; echo 1 > ${{{{outputs.out}}}}/n", "outputs: {out: {type: uri_folder}}");
        await WriteCommandAsync("early.yml", "cat ${{inputs.n}}/n", "inputs: {n: {type: uri_folder, path: azureml://jobs/slow/outputs/out/paths/}}");
        await WriteCommandAsync("silent.yml", "true", "outputs: {out: {type: uri_file}}");
        await _server.CallAsync("job", "create", "-f", _server.File("slow.yml"), "-n", "slow", "-o", "none");

        var early = await _server.RunAsync("job", "create", "-f", _server.File("early.yml"), "-n", "early", "--stream", "-o", "none");
        await _server.WriteAsync("go", "");
        await _server.CallAsync("job", "stream", "-n", "slow");
        var late = await _server.RunAsync("job", "create", "-f", _server.File("early.yml"), "-n", "late", "--stream", "-o", "none");
        var silent = await _server.RunAsync("job", "create", "-f", _server.File("silent.yml"), "-n", "silent", "--stream", "-o", "none");

        Assert.Equal(1, early.Code);
        Assert.Contains("[early Failed: Job 'slow' has not made its output 'out'", early.Errors, StringComparison.Ordinal);
        Assert.Equal(0, late.Code);
        Assert.Equal(1, silent.Code);
        Assert.Contains("Output 'out' is a uri_file, but the step wrote no file to it", silent.Errors, StringComparison.Ordinal);
        await GoesOnAsync();
    }

    [Theory]
    [InlineData("${{parent.jobs.b.outputs.nothing}}", "bad.yml:", "'b' has no output 'nothing'")]
    [InlineData("${{parent.jobs.c.outputs.out}}", "bad.yml:", "'c'")]
    [InlineData("${{search_space.rate}}", "bad.yml:", "search_space")]
    [InlineData("${{parent.inputs.none}}", "bad.yml:", "'none'")]
    [InlineData("${{parent.jobs.a.outputs.out}}", "bad.yml:", "circle")]
    public async Task What_leads_nowhere_is_refused_before_anything_is_kept(string expression, params string[] said)
    {
        await _server.WriteAsync(
            "bad.yml",
            """
            type: pipeline
            jobs:
              a:
                command: echo ${{inputs.x}} > ${{outputs.out}}/o
                environment: azureml:any@latest
                inputs: {x: "{{expression}}"}
                outputs: {out: {type: uri_folder}}
              b:
                command: echo 1 > ${{outputs.out}}/o
                environment: azureml:any@latest
                outputs: {out: {type: uri_folder}}
            """.Replace("{{expression}}", expression, StringComparison.Ordinal));

        var (code, _, errors) = await _server.RunAsync("job", "create", "-f", _server.File("bad.yml"));

        Assert.Equal(2, code);
        Assert.All(said, part => Assert.Contains(part, errors, StringComparison.Ordinal));
        Assert.Equal("", await _server.CallAsync("job", "list", "--query", "[].name", "-o", "tsv"));
    }

    private Task WriteCommandAsync(string file, string command, string more = "") => _server.WriteAsync(
        file, $"type: command\nenvironment: azureml:any@latest\ncommand: >-\n  {command}\n{more}\n");

    private async Task GoesOnAsync()
    {
        await WriteCommandAsync("next.yml", "echo well");
        await _server.CallAsync("job", "create", "-f", _server.File("next.yml"), "-n", "next", "--stream", "-o", "none");
        Assert.Equal("well", await _server.CallAsync("job", "log", "-n", "next"));
    }

    // The processes of a step carry its run in a variable.
    private static List<string> ProcessesOf(string run)
    {
        using var grep = Process.Start(new ProcessStartInfo("bash", ["-c", $"grep -lsz 'SLIPWAY_STEP_PROCESS=.*{run}' /proc/[0-9]*/environ || true"])
        {
            RedirectStandardOutput = true,
        })!;
        return [.. grep.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        while (!await condition())
            await Task.Delay(50, limit.Token);
    }
}
