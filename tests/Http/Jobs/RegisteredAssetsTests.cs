using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Slipway.Cli.CommandLine;
using Slipway.Server;
using Slipway.Server.Contracts;
using Slipway.Shared;
using Xunit;

namespace Slipway.Http.Jobs;

/// <summary>Components and environments by the command line, in a whole server.</summary>
public sealed class RegisteredAssetsTests : IAsyncLifetime
{
    private const string Component =
        """
        $schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json
        name: greet
        display_name: Greet
        version: 1
        description: Says something.
        type: command
        inputs: {who: {type: string}}
        outputs: {said: {type: uri_folder}}
        code: ../src
        environment: azureml:plain@latest
        command: sh say.sh ${{inputs.who}} ${{outputs.said}}
        """;

    private const string Pipeline =
        """
        type: pipeline
        jobs:
          hello:
            component: azureml:greet:1
            inputs: {who: you}
          again:
            type: command
            component: azureml:greet@latest
            inputs: {who: "me"}
          check:
            command: cat ${{inputs.a}}/said ${{inputs.b}}/said
            environment: {image: plain}
            inputs:
              a: ${{parent.jobs.hello.outputs.said}}
              b: ${{parent.jobs.again.outputs.said}}
        """;

    private readonly TempFolder _folder = new();
    private WebApplication _app = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _app = await ServerModule.StartAsync(new ServerSettings { Home = _folder.File("home"), Urls = ["http://127.0.0.1:0"] }, Ct);
        Directory.CreateDirectory(_folder.File("src"));
        Directory.CreateDirectory(_folder.File("components"));
        await File.WriteAllTextAsync(_folder.File("src/say.sh"), "echo hello $1 > $2/said\n", Ct);
        await File.WriteAllTextAsync(_folder.File("components/greet.yml"), Component, Ct);
        await File.WriteAllTextAsync(_folder.File("env.yml"), "name: plain\nimage: debian\n", Ct);
        await File.WriteAllTextAsync(_folder.File("pipeline.yml"), Pipeline, Ct);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Registered_components_and_environments_are_used_by_name_and_remembered()
    {
        await CallAsync("environment", "create", "--file", _folder.File("env.yml"));
        Assert.Equal("1", await CallAsync("component", "create", "-f", _folder.File("components/greet.yml"), "--query", "version", "-o", "tsv"));

        await CallAsync("job", "create", "-f", _folder.File("pipeline.yml"), "-n", "used", "--stream");
        var log = await CallAsync("job", "log", "--name", "used", "--step", "check");
        var lineage = await CallAsync("lineage", "impact", "component:greet@1", "-o", "tsv", "--query", "[].act");
        var status = await CallAsync("job", "show", "-n", "used", "--query", "[status, services.Studio.endpoint]", "-o", "json");

        await CallAsync("job", "download", "-n", "used", "--output-name", "again.said", "-p", _folder.File("got"));

        Assert.Equal("hello me\n", await File.ReadAllTextAsync(_folder.File("got/named-outputs/again/said/said"), Ct));
        Assert.False(Directory.Exists(_folder.File("got/named-outputs/hello")));
        Assert.Equal("hello you\nhello me", log);
        Assert.Contains("used", lineage, StringComparison.Ordinal);
        Assert.Equal($"""["Completed","{_app.Urls.First()}/jobs/used"]""", JsonNode.Parse(status)!.ToJsonString());
    }

    [Fact]
    public async Task A_component_that_nobody_registered_is_kept_once_under_its_digest_and_can_be_named()
    {
        const string inline = "{type: command, command: 'echo inline ${{inputs.n}}', environment: {image: plain}, inputs: {n: {type: integer, default: 1}}}";
        await File.WriteAllTextAsync(
            _folder.File("parts.yml"),
            $$$"""
            type: pipeline
            jobs:
              one: {component: components/greet.yml, inputs: {who: a}}
              two: {component: ./components/greet.yml, inputs: {who: b}}
              three: {component: {{{inline}}}}
              four: {component: {{{inline.Replace("type: command, ", "display_name: Words, type: command, ")}}}, inputs: {n: 2}}
            """,
            Ct);

        await CallAsync("job", "create", "-f", _folder.File("parts.yml"), "-n", "parts", "--stream");
        await CallAsync("job", "create", "-f", _folder.File("parts.yml"), "-n", "again", "--stream");
        var kept = (await CallAsync("component", "list", "-n", "azureml_anonymous", "--query", "[].[inputs.who.type, version]", "-o", "tsv")).Split('\n');
        var greet = kept.Single(line => line.StartsWith("string", StringComparison.Ordinal)).Split('\t')[1];
        await File.WriteAllTextAsync(
            _folder.File("named.yml"), $"type: pipeline\njobs: {{it: {{component: 'azureml:azureml_anonymous:{greet}', inputs: {{who: you}}}}}}\n", Ct);
        await CallAsync("job", "create", "-f", _folder.File("named.yml"), "-n", "named", "--stream");

        Assert.Equal(2, kept.Length);
        Assert.Equal("", await CallAsync("component", "list", "-o", "tsv"));
        Assert.Equal("Completed", await CallAsync("job", "show", "-n", "named", "--query", "status", "-o", "tsv"));
        Assert.Equal("used\nused\nused", await CallAsync("lineage", "impact", $"component:azureml_anonymous@{greet}", "-o", "tsv", "--query", "[?act=='used'].act"));
        var refused = await RunAsync("component", "create", "-f", _folder.File("components/greet.yml"), "--name", "azureml_anonymous");
        Assert.Equal((2, "'azureml_anonymous' is the name of components without one; choose another."), (refused.Code, refused.Errors));
    }

    [Fact]
    public async Task A_version_never_changes_and_archived_ones_are_not_the_latest()
    {
        var file = _folder.File("components/greet.yml");
        await CallAsync("component", "create", "-f", file);
        await CallAsync("component", "create", "-f", file, "--set", "description=Other words.");
        var refused = await RunAsync("component", "create", "-f", file, "--set", "command=sh other.sh");
        await CallAsync("component", "create", "-f", file, "--version", "2", "--set", "command=sh other.sh");
        await CallAsync("component", "archive", "-n", "greet", "-v", "2");

        Assert.Equal((1, "greet' has a version '1' with other content"), (refused.Code, refused.Errors.Contains("greet' has a version '1' with other content", StringComparison.Ordinal) ? "greet' has a version '1' with other content" : refused.Errors));
        Assert.Equal("Other words.", await CallAsync("component", "show", "-n", "greet", "--query", "description", "-o", "tsv"));
        Assert.Equal("1", await CallAsync("component", "show", "-n", "greet", "--label", "latest", "--query", "version", "-o", "tsv"));
        Assert.Equal("2", await CallAsync("component", "list", "-n", "greet", "--archived-only", "--query", "[].version", "-o", "tsv"));
        await CallAsync("component", "restore", "-n", "greet");
        Assert.Equal("2\n1", await CallAsync("component", "list", "-n", "greet", "--query", "[].version", "-o", "tsv"));
    }

    [Fact]
    public async Task What_is_not_registered_or_malformed_is_refused_in_a_sentence()
    {
        var unknown = await RunAsync("job", "create", "-f", _folder.File("pipeline.yml"));
        var missing = await RunAsync("component", "show", "-n", "nothing");
        var malformed = await RunAsync("component", "create", "-f", _folder.File("components/greet.yml"), "--set", "comand=x");
        var format = await RunAsync("job", "list", "-o", "jsn");
        var query = await RunAsync("job", "list", "--query", "[?");

        Assert.Equal((2, true), (unknown.Code, unknown.Errors.Contains("'azureml:greet:1' is not known here", StringComparison.Ordinal)));
        Assert.Equal((1, "Component version 'nothing:latest' does not exist."), (missing.Code, missing.Errors));
        Assert.Equal((2, true), (malformed.Code, malformed.Errors.Contains("Did you mean 'command'?", StringComparison.Ordinal)));
        Assert.Equal((2, true), (format.Code, format.Errors.Contains("'jsn' is not a format. Did you mean 'json'?", StringComparison.Ordinal)));
        Assert.Equal((2, true), (query.Code, query.Errors.Contains("is not a JMESPath expression", StringComparison.Ordinal)));
    }

    private async Task<string> CallAsync(params string[] arguments)
    {
        var (code, output, errors) = await RunAsync(arguments);
        Assert.True(code == 0, errors);
        return output;
    }

    private async Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = await CommandTree.RunAsync([.. arguments, "--server", _app.Urls.First()], output, errors);
        return (code, output.ToString().TrimEnd(), errors.ToString().TrimEnd());
    }
}
