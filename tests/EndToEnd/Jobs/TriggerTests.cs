using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Slipway.EndToEnd.CommandLine;
using Slipway.Shared;
using Xunit;

namespace Slipway.EndToEnd.Jobs;

/// <summary>What starts jobs by itself, as a team sees it: pushes to a git repository, and files that arrive.</summary>
public sealed class TriggerTests : IAsyncLifetime
{
    private const string Job =
        """
        type: command
        inputs: {commit: none}
        code: ../src
        environment: azureml:any@latest
        command: sh tell.sh ${{inputs.commit}}
        """;

    private readonly TempFolder _folder = new();
    private readonly HttpClient _http = new();
    private ServerProcess _server = null!;
    private WebReceiver _service = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Repository => _folder.File("churn");

    public async ValueTask InitializeAsync()
    {
        _service = await WebReceiver.StartAsync(Ct);
        _server = await ServerProcess.StartAsync(
            _folder.File("home"), Ct, variables: [("Deliveries__AllowHttp", "true"), ("Deliveries__AllowPrivateAddresses", "true"), ("Jobs__PublicUrl", "https://ml.acme.org/")]);
    }

    public async ValueTask DisposeAsync()
    {
        _server.Dispose();
        await _service.DisposeAsync();
        _http.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_push_runs_the_code_of_its_commit_and_the_commit_is_told()
    {
        await WriteAsync("src/tell.sh", "echo first: $1\n");
        await WriteAsync("src/.gitignore", "secret.txt\n");
        await WriteAsync("jobs/train.yml", Job);
        await GitAsync("init", "--quiet", "--initial-branch=main", Repository);
        var first = await CommitAsync("Begin");
        await File.WriteAllTextAsync(_folder.File("s3cret"), "s3cret\n", Ct);
        await CallAsync("secret", "set", "-n", "hook", "-f", _folder.File("s3cret"));
        await CallAsync("secret", "set", "-n", "token", "-f", _folder.File("s3cret"));
        await File.WriteAllTextAsync(_folder.File("ci.yml"), Schedule(), Ct);
        await CallAsync("schedule", "create", "-f", _folder.File("ci.yml"));

        // By hand it takes what the branch stands at.
        await CallAsync("schedule", "trigger", "-n", "ci", "--set", "branch=main");
        Assert.Equal($"first: {first}", await LogAsync(first));
        await AssertToldAsync(first, "pending", "success");

        await WriteAsync("src/tell.sh", "echo second: $1; exit 3\n");
        var second = await CommitAsync("Fail");
        await PushAsync(first, second, "src/tell.sh");
        Assert.StartsWith($"second: {second}", await LogAsync(second), StringComparison.Ordinal);
        await AssertToldAsync(second, "pending", "failure");

        await WriteAsync("jobs/train.yml", Job.Replace("command: sh", "comand: sh"));
        var third = await CommitAsync("Misspell");
        await PushAsync(second, third, "jobs/train.yml");
        Assert.Contains("jobs/train.yml:5:1: comand:", await AssertToldAsync(third, "error"), StringComparison.Ordinal);

        var skipped = await PushAsync(second, third, "README.md");
        Assert.Equal("None of the 1 changed files is one of src/**, jobs/**.", (string?)skipped["reason"]);
        await AssertWrongCallsAreRefusedAsync();
    }

    [Fact]
    public async Task A_private_repository_is_read_over_http_with_its_password()
    {
        await WriteAsync("src/tell.sh", "echo private: $1\n");
        await WriteAsync("jobs/train.yml", Job);
        await GitAsync("init", "--quiet", "--initial-branch=main", Repository);
        var commit = await CommitAsync("Begin");
        await GitAsync("clone", "--quiet", "--bare", Repository, _folder.File("served.git"));
        await GitAsync("-C", _folder.File("served.git"), "update-server-info");
        await using var site = await ServeAsync(_folder.File("served.git"), "slipway:s3cret");
        await File.WriteAllTextAsync(_folder.File("s3cret"), "s3cret\n", Ct);
        await File.WriteAllTextAsync(_folder.File("wrong"), "guessed\n", Ct);
        await CallAsync("secret", "set", "-n", "hook", "-f", _folder.File("s3cret"));
        await CallAsync("secret", "set", "-n", "password", "-f", _folder.File("wrong"));
        await File.WriteAllTextAsync(
            _folder.File("ci.yml"),
            $$$"""
            name: ci
            trigger: {type: push, provider: gitlab, secret: hook, repository: "{{{site.Urls.First()}}}/served.git", credentials: password, branches: main}
            create_job: {job: jobs/train.yml, inputs: {commit: "${{trigger.commit}}"}}
            """,
            Ct);

        var refused = await SlipwayProgram.RunAsync("schedule", "create", "-f", _folder.File("ci.yml"), "--server", _server.Url);
        await CallAsync("secret", "set", "-n", "password", "-f", _folder.File("s3cret"));
        await CallAsync("schedule", "create", "-f", _folder.File("ci.yml"));
        await CallAsync("schedule", "trigger", "-n", "ci");

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("git ls-remote failed", refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("guessed", refused.Error, StringComparison.Ordinal);
        Assert.Equal($"private: {commit}", await LogAsync(commit));
    }

    [Fact]
    public async Task A_file_that_arrives_is_the_input_of_a_job()
    {
        Directory.CreateDirectory(_folder.File("incoming"));
        await File.WriteAllTextAsync(_folder.File("incoming/old.csv"), "there before\n", Ct);
        await File.WriteAllTextAsync(_folder.File("store.yml"), $"type: file\nname: drop\npath: {_folder.File("incoming")}\n", Ct);
        await CallAsync("datastore", "create", "-f", _folder.File("store.yml"));
        await File.WriteAllTextAsync(
            _folder.File("arrivals.yml"),
            """
            name: arrivals
            trigger: {type: files, path: "azureml://datastores/drop/paths/*.csv", interval: 1, each: true}
            create_job:
              type: command
              inputs: {file: {type: uri_file, path: "${{trigger.path}}"}}
              environment: azureml:any@latest
              command: cat ${{inputs.file}}
            """,
            Ct);
        await CallAsync("schedule", "create", "-f", _folder.File("arrivals.yml"));

        await File.WriteAllTextAsync(_folder.File("incoming/new.csv"), "just arrived\n", Ct);
        await File.WriteAllTextAsync(_folder.File("incoming/new.txt"), "not meant\n", Ct);

        var firing = await FiredAsync("arrivals", "name(@)");
        Assert.Equal("The file new.csv arrived in the datastore drop.", (string?)firing["why"]);
        Assert.Equal("just arrived", await JobLogAsync((string)firing["job"]!));
        Assert.Single((await AskAsync("schedule", "history", "-n", "arrivals", "-o", "json")).AsArray());
    }

    /// <summary>The files of a repository, as git's plain HTTP protocol reads them, for who knows the password.</summary>
    private static async Task<WebApplication> ServeAsync(string repository, string password)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var site = builder.Build();
        var wanted = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(password));
        site.MapGet("/served.git/{**path}", (string path, HttpRequest request) =>
            request.Headers.Authorization != wanted ? Results.Unauthorized()
            : File.Exists(Path.Combine(repository, path)) ? Results.File(Path.Combine(repository, path), "text/plain")
            : Results.NotFound());
        await site.StartAsync(Ct);
        return site;
    }

    private string Schedule() => $$$"""
        name: ci
        trigger:
          type: push
          provider: github
          secret: hook
          repository: file://{{{Repository}}}
          branches: [main]
          paths: [src/**, jobs/**]
          report_status: {secret: token, api: "{{{_service.Url}}}"}
        create_job: {job: ./jobs/train.yml, inputs: {commit: "${{trigger.commit}}"}}
        """;

    private async Task AssertWrongCallsAreRefusedAsync()
    {
        Assert.Equal(401, (await SendAsync("{}", "guessed")).Status);
        Assert.Equal(400, (await SendAsync("{", "s3cret")).Status);
        var provider = await SlipwayProgram.RunAsync("schedule", "create", "-f", _folder.File("ci.yml"), "--set", "trigger.provider=gitbub", "--server", _server.Url);
        Assert.Equal(2, provider.ExitCode);
        Assert.Contains("trigger.provider: 'gitbub'", provider.Error, StringComparison.Ordinal);
        var gone = await SlipwayProgram.RunAsync("schedule", "create", "-f", _folder.File("ci.yml"), "--set", $"trigger.repository=file://{_folder.File("gone")}", "--server", _server.Url);
        Assert.Equal(1, gone.ExitCode);
        Assert.Contains("git ls-remote failed", gone.Error, StringComparison.Ordinal);
    }

    /// <summary>The words of the last of the calls, in this order.</summary>
    private async Task<string> AssertToldAsync(string commit, params string[] states)
    {
        var words = "";
        foreach (var state in states)
        {
            var call = await _service.NextAsync(Ct);
            var body = JsonNode.Parse(call.Body)!;
            Assert.Equal($"/hook/repos{Repository}/statuses/{commit}", call.Path);
            Assert.Equal("Bearer s3cret", call.Headers["Authorization"]);
            Assert.Equal((state, "slipway/ci"), ((string?)body["state"], (string?)body["context"]));
            Assert.Equal(state != "error", ((string?)body["target_url"])?.StartsWith("https://ml.acme.org/jobs/ci_", StringComparison.Ordinal) ?? false);
            words = (string)body["description"]!;
        }

        return words;
    }

    private async Task<JsonNode> PushAsync(string before, string after, string path)
    {
        var (status, answer) = await SendAsync(
            $$"""
            {"ref": "refs/heads/main", "before": "{{before}}", "after": "{{after}}", "pusher": {"name": "ana"},
             "repository": {"clone_url": "file://{{Repository}}"}, "commits": [{"modified": ["{{path}}"]}]}
            """,
            "s3cret");
        Assert.Equal(202, status);
        return answer;
    }

    private async Task<(int Status, JsonNode Answer)> SendAsync(string body, string secret)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{_server.Url}/api/v1/hooks/default/ci");
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        request.Headers.Add("X-GitHub-Event", "push");
        request.Headers.Add("X-Hub-Signature-256", "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(body))));
        using var response = await _http.SendAsync(request, Ct);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(Ct))!);
    }

    private async Task<string> LogAsync(string commit) => await JobLogAsync((string)(await FiredAsync("ci", commit))["job"]!);

    /// <summary>The newest occurrence, when it has fired.</summary>
    private async Task<JsonNode> FiredAsync(string schedule, string fact)
    {
        while (true)
        {
            var history = (await AskAsync("schedule", "history", "-n", schedule, "--state", "fired", "-o", "json")).AsArray();
            if (history.FirstOrDefault(firing => fact == "name(@)" || (string?)firing!["facts"]!["commit"] == fact) is { } found)
                return found;
            await Task.Delay(200, Ct);
        }
    }

    private async Task<string> JobLogAsync(string job)
    {
        await SlipwayProgram.RunAsync("job", "stream", "-n", job, "--server", _server.Url);
        return (await SlipwayProgram.RunAsync("job", "log", "-n", job, "--server", _server.Url)).Output.Trim();
    }

    private Task<JsonNode> AskAsync(params string[] arguments) => SlipwayProgram.AskAsync(new Uri(_server.Url), arguments);

    private async Task CallAsync(params string[] arguments)
    {
        var call = await SlipwayProgram.RunAsync([.. arguments, "--server", _server.Url]);
        Assert.True(call.ExitCode == 0, call.Error);
    }

    private async Task WriteAsync(string path, string text)
    {
        var file = Path.Combine(Repository, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, text, Ct);
    }

    private async Task<string> CommitAsync(string message)
    {
        await GitAsync("-C", Repository, "add", "--all");
        await GitAsync("-C", Repository, "-c", "user.name=Ana", "-c", "user.email=ana@acme.org", "commit", "--quiet", "-m", message);
        return await GitAsync("-C", Repository, "rev-parse", "HEAD");
    }

    private static async Task<string> GitAsync(params string[] arguments)
    {
        var call = await Executable.RunAsync(new System.Diagnostics.ProcessStartInfo("git", arguments), Ct);
        Assert.True(call.ExitCode == 0, call.Error);
        return call.Output.Trim();
    }
}
