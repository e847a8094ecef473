using System.Text.Json.Nodes;
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

    private CommandServer _server = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await CommandServer.StartAsync();
        await _server.WriteAsync("src/say.sh", "echo hello $1 > $2/said\n");
        await _server.WriteAsync("components/greet.yml", Component);
        await _server.WriteAsync("env.yml", "name: plain\nimage: debian\n");
        await _server.WriteAsync("pipeline.yml", Pipeline);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Registered_components_and_environments_are_used_by_name_and_remembered()
    {
        await _server.CallAsync("environment", "create", "--file", _server.File("env.yml"));
        Assert.Equal("1", await _server.CallAsync("component", "create", "-f", _server.File("components/greet.yml"), "--query", "version", "-o", "tsv"));

        await _server.CallAsync("job", "create", "-f", _server.File("pipeline.yml"), "-n", "used", "--stream");
        var log = await _server.CallAsync("job", "log", "--name", "used", "--step", "check");
        var lineage = await _server.CallAsync("lineage", "impact", "component:greet@1", "-o", "tsv", "--query", "[].act");
        var status = await _server.CallAsync("job", "show", "-n", "used", "--query", "[status, services.Studio.endpoint]", "-o", "json");

        await _server.CallAsync("job", "download", "-n", "used", "--output-name", "again.said", "-p", _server.File("got"));

        Assert.Equal("hello me\n", await File.ReadAllTextAsync(_server.File("got/named-outputs/again/said/said"), Ct));
        Assert.False(Directory.Exists(_server.File("got/named-outputs/hello")));
        Assert.Equal("hello you\nhello me", log);
        Assert.Contains("used", lineage, StringComparison.Ordinal);
        Assert.Equal($"""["Completed","{_server.Url}/jobs/used"]""", JsonNode.Parse(status)!.ToJsonString());
    }

    [Fact]
    public async Task A_component_that_nobody_registered_is_kept_once_under_its_digest_and_can_be_named()
    {
        const string inline = "{type: command, command: 'echo inline ${{inputs.n}}', environment: {image: plain}, inputs: {n: {type: integer, default: 1}}}";
        await File.WriteAllTextAsync(
            _server.File("parts.yml"),
            $$$"""
            type: pipeline
            jobs:
              one: {component: components/greet.yml, inputs: {who: a}}
              two: {component: ./components/greet.yml, inputs: {who: b}}
              three: {component: {{{inline}}}}
              four: {component: {{{inline.Replace("type: command, ", "display_name: Words, type: command, ")}}}, inputs: {n: 2}}
            """,
            Ct);

        await _server.CallAsync("job", "create", "-f", _server.File("parts.yml"), "-n", "parts", "--stream");
        await _server.CallAsync("job", "create", "-f", _server.File("parts.yml"), "-n", "again", "--stream");
        var kept = (await _server.CallAsync("component", "list", "-n", "azureml_anonymous", "--query", "[].[inputs.who.type, version]", "-o", "tsv")).Split('\n');
        var greet = kept.Single(line => line.StartsWith("string", StringComparison.Ordinal)).Split('\t')[1];
        await File.WriteAllTextAsync(
            _server.File("named.yml"), $"type: pipeline\njobs: {{it: {{component: 'azureml:azureml_anonymous:{greet}', inputs: {{who: you}}}}}}\n", Ct);
        await _server.CallAsync("job", "create", "-f", _server.File("named.yml"), "-n", "named", "--stream");

        Assert.Equal(2, kept.Length);
        Assert.Equal("", await _server.CallAsync("component", "list", "-o", "tsv"));
        Assert.Equal("Completed", await _server.CallAsync("job", "show", "-n", "named", "--query", "status", "-o", "tsv"));
        Assert.Equal("used\nused\nused", await _server.CallAsync("lineage", "impact", $"component:azureml_anonymous@{greet}", "-o", "tsv", "--query", "[?act=='used'].act"));
        var refused = await _server.RunAsync("component", "create", "-f", _server.File("components/greet.yml"), "--name", "azureml_anonymous");
        Assert.Equal((2, "'azureml_anonymous' is the name of components without one; choose another."), (refused.Code, refused.Errors));
    }

    [Fact]
    public async Task A_version_never_changes_and_archived_ones_are_not_the_latest()
    {
        var file = _server.File("components/greet.yml");
        await _server.CallAsync("component", "create", "-f", file);
        await _server.CallAsync("component", "create", "-f", file, "--set", "description=Other words.");
        var refused = await _server.RunAsync("component", "create", "-f", file, "--set", "command=sh other.sh");
        await _server.CallAsync("component", "create", "-f", file, "--version", "2", "--set", "command=sh other.sh");
        await _server.CallAsync("component", "archive", "-n", "greet", "-v", "2");

        Assert.Equal((1, "greet' has a version '1' with other content"), (refused.Code, refused.Errors.Contains("greet' has a version '1' with other content", StringComparison.Ordinal) ? "greet' has a version '1' with other content" : refused.Errors));
        Assert.Equal("Other words.", await _server.CallAsync("component", "show", "-n", "greet", "--query", "description", "-o", "tsv"));
        Assert.Equal("1", await _server.CallAsync("component", "show", "-n", "greet", "--label", "latest", "--query", "version", "-o", "tsv"));
        Assert.Equal("2", await _server.CallAsync("component", "list", "-n", "greet", "--archived-only", "--query", "[].version", "-o", "tsv"));
        await _server.CallAsync("component", "restore", "-n", "greet");
        Assert.Equal("2\n1", await _server.CallAsync("component", "list", "-n", "greet", "--query", "[].version", "-o", "tsv"));
    }

    [Fact]
    public async Task What_is_not_registered_or_malformed_is_refused_in_a_sentence()
    {
        var unknown = await _server.RunAsync("job", "create", "-f", _server.File("pipeline.yml"));
        var missing = await _server.RunAsync("component", "show", "-n", "nothing");
        var malformed = await _server.RunAsync("component", "create", "-f", _server.File("components/greet.yml"), "--set", "comand=x");
        var format = await _server.RunAsync("job", "list", "-o", "jsn");
        var query = await _server.RunAsync("job", "list", "--query", "[?");

        Assert.Equal((2, true), (unknown.Code, unknown.Errors.Contains("'azureml:greet:1' is not known here", StringComparison.Ordinal)));
        Assert.Equal((1, "Component version 'nothing:latest' does not exist."), (missing.Code, missing.Errors));
        Assert.Equal((2, true), (malformed.Code, malformed.Errors.Contains("Did you mean 'command'?", StringComparison.Ordinal)));
        Assert.Equal((2, true), (format.Code, format.Errors.Contains("'jsn' is not a format. Did you mean 'json'?", StringComparison.Ordinal)));
        Assert.Equal((2, true), (query.Code, query.Errors.Contains("is not a JMESPath expression", StringComparison.Ordinal)));
    }
}
