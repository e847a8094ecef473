using Slipway.Shared;
using Xunit;

namespace Slipway.Http.Jobs;

/// <summary>The verbs of az ml by which a team looks after its jobs and models.</summary>
public sealed class AzureVerbTests : IAsyncLifetime
{
    private CommandServer _server = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await CommandServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_job_is_renamed_tagged_archived_and_restored()
    {
        await _server.WriteAsync("job.yml", "type: command\nenvironment: azureml:any@latest\ncommand: echo hello\ntags: {team: risk, old: x}\n");
        await _server.CallAsync("job", "create", "-f", _server.File("job.yml"), "-n", "hello", "--stream");

        await _server.CallAsync("job", "update", "-n", "hello", "--set", "display_name=The greeting", "tags.owner=ana", "tags.old=");
        await _server.CallAsync("job", "archive", "-n", "hello");

        Assert.Equal("The greeting\nana\nrisk", await _server.CallAsync("job", "show", "-n", "hello", "--query", "[display_name, tags.owner, tags.team]", "-o", "tsv"));
        Assert.Equal("", await _server.CallAsync("job", "show", "-n", "hello", "--query", "tags.old", "-o", "tsv"));
        Assert.Equal("", await ListedAsync());
        Assert.Equal("hello", await ListedAsync("--archived-only"));
        Assert.Equal("hello", await ListedAsync("--include-archived"));
        await _server.CallAsync("job", "restore", "-n", "hello");
        Assert.Equal("hello", await ListedAsync());
        var wrong = await _server.RunAsync("job", "update", "-n", "hello", "--set", "status=Failed");
        Assert.Equal((2, "--set status=Failed: 'status' of a job never changes; what can be changed: display_name, tags."), (wrong.Code, wrong.Errors));
        Assert.Equal((1, "Job 'nothing' does not exist."), ((await _server.RunAsync("job", "archive", "-n", "nothing")).Code, (await _server.RunAsync("job", "archive", "-n", "nothing")).Errors));

        Task<string> ListedAsync(params string[] more) => _server.CallAsync(["job", "list", "--query", "[].name", "-o", "tsv", .. more]);
    }

    [Fact]
    public async Task Scripts_that_make_a_cluster_first_and_name_what_is_not_here_go_on()
    {
        await _server.WriteAsync("job.yml", "type: command\nenvironment: azureml:any@latest\ncompute: azureml:cpu-cluster\ncommand: echo hello\ntags: {team: risk}\n");

        var made = await _server.RunAsync(
            "compute", "create", "-n", "cpu-cluster", "--type", "amlcompute", "--min-instances", "0", "--max-instances", "8", "-g", "rg", "--query", "[provisioning_state, max_instances]", "-o", "tsv");
        await _server.CallAsync("job", "create", "-f", _server.File("job.yml"), "-n", "one", "--stream", "--skip-validation", "--only-show-errors", "--subscription", "s");
        await _server.CallAsync("job", "create", "-f", _server.File("job.yml"), "-n", "two", "--set", "tags.team=sales", "--stream", "--no-wait");

        Assert.Equal((0, "Succeeded\n8", "[Nothing is made: jobs that name 'cpu-cluster' run on this machine.]"), made);
        Assert.Equal("one", await _server.CallAsync("job", "list", "--tag", "team=risk", "--query", "[].name", "-o", "tsv"));
        Assert.Equal("two\none", await _server.CallAsync("job", "list", "--tag", "team", "--all-results", "--query", "[].name", "-o", "tsv"));
        Assert.Equal("two", await _server.CallAsync("job", "list", "-r", "1", "--query", "[].name", "-o", "tsv"));
        var wrong = await _server.RunAsync("compute", "create", "-n", "cpu-cluster", "--type", "amlcompute", "--max-instances", "many");
        Assert.Equal((2, "--max-instances: max_instances: 'many' is not allowed; expected a whole number of at least 0."), (wrong.Code, wrong.Errors));
        Assert.Equal((0, "[There is no cluster 'cpu-cluster' that could be deleted.]"), ((await _server.RunAsync("compute", "delete", "-n", "cpu-cluster", "--yes")).Code, (await _server.RunAsync("compute", "delete", "-n", "cpu-cluster", "--yes")).Errors));
    }

    [Fact]
    public async Task What_was_not_committed_is_an_artifact_of_the_job()
    {
        await _server.WriteAsync("repo/job.yml", "type: command\nenvironment: azureml:any@latest\ncommand: echo hello\n");
        await GitAsync("init", "--quiet", _server.File("repo"));
        await GitAsync("-C", _server.File("repo"), "add", "--all");
        await GitAsync("-C", _server.File("repo"), "-c", "user.name=Ana", "-c", "user.email=ana@acme.org", "commit", "--quiet", "-m", "Begin");
        await _server.WriteAsync("repo/job.yml", "type: command\nenvironment: azureml:any@latest\ncommand: echo changed  \n");

        await _server.CallAsync("job", "create", "-f", _server.File("repo/job.yml"), "-n", "dirty", "--stream");
        using var http = new HttpClient();
        var run = await _server.CallAsync("job", "show", "-n", "dirty", "--query", "run_id", "-o", "tsv");
        var patch = _server.File("got.patch");
        await File.WriteAllBytesAsync(patch, await http.GetByteArrayAsync($"{_server.Url}/get-artifact?run_id={run}&path=git/uncommitted.patch", Ct), Ct);

        await GitAsync("-C", _server.File("repo"), "checkout", "--quiet", "job.yml");
        await GitAsync("-C", _server.File("repo"), "apply", patch);
        Assert.Contains("echo changed  \n", await File.ReadAllTextAsync(_server.File("repo/job.yml"), Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_stands_in_the_way_of_a_folder_is_told()
    {
        await _server.WriteAsync("src/outputs", "a plain file\n");
        await _server.WriteAsync("job.yml", "type: command\ncode: src\nenvironment: azureml:any@latest\ncommand: echo hello\n");

        await _server.RunAsync("job", "create", "-f", _server.File("job.yml"), "-n", "blocked", "--stream");

        Assert.Equal(
            "The code has a file 'outputs', where a command finds a folder of this name for what it writes; rename the file.",
            await _server.CallAsync("job", "show", "-n", "blocked", "--query", "message", "-o", "tsv"));
    }

    [Fact]
    public async Task A_model_is_registered_changed_archived_and_downloaded()
    {
        await _server.WriteAsync("model/weights.bin", "1 2 3");
        await _server.WriteAsync("model.yml", "name: churn\npath: model\ntype: custom_model\ndescription: First.\ntags: {team: risk}\n");

        await _server.CallAsync("model", "create", "-f", _server.File("model.yml"));
        await _server.CallAsync("model", "create", "-n", "churn", "--path", _server.File("model"), "--version", "2", "--tags", "team=sales");
        await _server.CallAsync("model", "update", "-n", "churn", "-v", "1", "--set", "description=Better.", "tags.owner=ana");
        await _server.CallAsync("model", "archive", "-n", "churn", "-v", "2");
        await _server.CallAsync("model", "download", "-n", "churn", "-v", "1", "--path", _server.File("got"));

        Assert.Equal("Better.\nana\nrisk", await _server.CallAsync("model", "show", "-n", "churn", "-v", "1", "--query", "[description, tags.owner, tags.team]", "-o", "tsv"));
        Assert.Equal("1", await _server.CallAsync("model", "list", "-n", "churn", "--query", "[].version", "-o", "tsv"));
        Assert.Equal("2\n1", await _server.CallAsync("model", "list", "-n", "churn", "--include-archived", "--query", "[].version", "-o", "tsv"));
        Assert.Equal("1 2 3", await File.ReadAllTextAsync(Directory.GetFiles(_server.File("got"), "*.bin", SearchOption.AllDirectories).Single(), Ct));
        await _server.CallAsync("model", "restore", "-n", "churn", "--label", "latest");
        Assert.Equal("2", await _server.CallAsync("model", "list", "-n", "churn", "-r", "1", "--query", "[].version", "-o", "tsv"));
        var gap = await _server.RunAsync("model", "create", "-n", "churn", "--path", _server.File("model"), "--version", "7");
        Assert.Equal((2, "--version: the next version of 'churn' is 3, not 7; versions are counted. Leave it out."), (gap.Code, gap.Errors));
    }

    [Fact]
    public async Task A_data_version_is_named_by_the_label_latest()
    {
        await _server.WriteAsync("rows.csv", "a\n1\n");
        await _server.CallAsync("data", "create", "-n", "rows", "--path", _server.File("rows.csv"));
        await _server.CallAsync("data", "create", "-n", "rows", "--path", _server.File("rows.csv"));

        Assert.Equal("2", await _server.CallAsync("data", "show", "-n", "rows", "--label", "latest", "--query", "version", "-o", "tsv"));
        await _server.CallAsync("data", "archive", "-n", "rows", "--label", "latest");
        Assert.Equal("1", await _server.CallAsync("data", "show", "-n", "rows", "-l", "latest", "--query", "version", "-o", "tsv"));
    }

    [Fact]
    public async Task Compute_targets_tell_what_is_missing_and_secrets_never_their_value()
    {
        await _server.WriteAsync("value", "s3cret\n");
        await _server.CallAsync("secret", "set", "-n", "token", "-f", _server.File("value"));

        Assert.Equal("container\nlocal\nslurm", await _server.CallAsync("compute", "list", "--query", "[].name", "-o", "tsv"));
        Assert.Equal("Succeeded", await _server.CallAsync("compute", "show", "-n", "local", "--query", "provisioning_state", "-o", "tsv"));
        Assert.StartsWith("Compute 'cpu-cluster' does not exist", (await _server.RunAsync("compute", "show", "-n", "cpu-cluster")).Errors, StringComparison.Ordinal);
        Assert.Equal("[\n  {\n    \"name\": \"token\"\n  }\n]", (await _server.CallAsync("secret", "list", "-o", "json")).ReplaceLineEndings("\n"));
        Assert.Equal(2, (await _server.RunAsync("secret", "set", "-n", "no_such_name", "-f", _server.File("value"))).Code);
        await _server.CallAsync("secret", "delete", "-n", "token");
        Assert.Equal((1, "Secret 'token' does not exist."), ((await _server.RunAsync("secret", "delete", "-n", "token")).Code, (await _server.RunAsync("secret", "delete", "-n", "token")).Errors));
    }

    private static async Task GitAsync(params string[] arguments)
    {
        var call = await Executable.RunAsync(new System.Diagnostics.ProcessStartInfo("git", arguments), Ct);
        Assert.True(call.ExitCode == 0, call.Error);
    }
}
