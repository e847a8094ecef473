using Slipway.EndToEnd.Jobs;
using Slipway.Shared;
using Xunit;

namespace Slipway.EndToEnd.CommandLine;

/// <summary>Data and a pipeline from files as people have them for Azure ML, with the flags that they know.</summary>
public sealed class DefinitionStoryTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Data_and_a_pipeline_with_an_included_file_come_from_their_files()
    {
        await WriteAsync("assets/rows/a.csv", "1,2");
        await WriteAsync("assets/data.yml", "name: rows\nversion: 1\ntype: uri_folder\npath: rows\ntags: {team: blue}");
        await WriteAsync("shared/words.txt", "hello");
        await WriteAsync("parts/src/say.sh", "cat words.txt $1/a.csv > $2/said.txt; echo times $3");
        await WriteAsync(
            "parts/say.yml",
            """
            name: say
            version: 1
            command: bash say.sh ${{inputs.rows}} ${{outputs.said}} ${{inputs.times}}
            code: src
            environment: azureml:any@latest
            additional_includes: [../shared/words.txt]
            inputs: {rows: {type: uri_folder}, times: {type: integer, default: 1}}
            outputs: {said: {type: uri_folder}}
            """);
        await WriteAsync(
            "pipeline.yml",
            """
            type: pipeline
            inputs: {rows: {type: uri_folder, path: azureml:rows@latest}}
            jobs:
              say:
                component: parts/say.yml
                inputs: {rows: "${{parent.inputs.rows}}"}
            """);
        using var server = await ServerProcess.StartAsync(_folder.File("home"), Ct);
        var address = server.Client.Server;

        var data = await SlipwayProgram.AskAsync(address, "data", "create", "-f", _folder.File("assets/data.yml"), "--tags", "tier=gold");
        var next = await RunAsync(address, "data", "create", "-f", _folder.File("assets/data.yml"), "--version", "two", "--query", "[name, version]", "-o", "tsv");
        var pipeline = await RunAsync(address, "job", "create", "-f", _folder.File("pipeline.yml"), "--set", "jobs.say.inputs.times=3", "--stream", "--query", "status", "-o", "tsv");
        var twice = await RunAsync(address, "data", "create", "-f", _folder.File("assets/data.yml"));
        var wrong = await RunAsync(address, "data", "create", "-f", _folder.File("assets/data.yml"), "--set", "type=uri_foldr");
        var nothing = await RunAsync(address, "data", "create", "-n", "rows");

        Assert.Equal(("rows", "1", "blue", "gold"), ((string)data["name"]!, (string)data["version"]!, (string)data["tags"]!["team"]!, (string)data["tags"]!["tier"]!));
        Assert.Equal((0, "rows\ntwo"), (next.ExitCode, next.Output.Trim()));
        Assert.True(pipeline.ExitCode == 0, pipeline.Error);
        Assert.Equal("Completed", pipeline.Output.Trim());
        Assert.Contains("times 3", pipeline.Error, StringComparison.Ordinal);
        Assert.Equal((0, ""), (twice.ExitCode, twice.Error));
        Assert.Equal(2, wrong.ExitCode);
        Assert.Contains("type: 'uri_foldr' is not allowed; expected one of uri_folder, uri_file, mltable.", wrong.Error, StringComparison.Ordinal);
        Assert.Equal((2, "--path: say which file or folder, or give a definition with --file."), (nothing.ExitCode, nothing.Error.Trim()));
    }

    private static Task<Executable.Finished> RunAsync(Uri server, params IEnumerable<string> arguments) =>
        SlipwayProgram.RunAsync([.. arguments, "--server", server.ToString()]);

    private async Task WriteAsync(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.File(path))!);
        await File.WriteAllTextAsync(_folder.File(path), text, Ct);
    }
}
