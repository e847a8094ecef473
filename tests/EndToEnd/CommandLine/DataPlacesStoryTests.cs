using Slipway.EndToEnd.Jobs;
using Slipway.Shared;
using Xunit;

namespace Slipway.EndToEnd.CommandLine;

/// <summary>A table by an MLTable, and files that move to another datastore, as somebody at a terminal has them.</summary>
public sealed class DataPlacesStoryTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_table_is_read_as_its_MLTable_says_and_its_files_move_elsewhere()
    {
        using var server = await ServerProcess.StartAsync(_folder.File("home"), Ct);
        var address = server.Client.Server;
        foreach (var name in new[] { "hot", "cold" })
            await SlipwayProgram.AskAsync(address, "datastore", "create", "-f", Write($"{name}.yml", $"name: {name}\ntype: file\npath: {Directory.CreateDirectory(_folder.File(name)).FullName}\n"));
        Write("hot/trips/a.csv", "id;price\n1;2\n2;30\n");
        Write("hot/trips/MLTable", "paths: [{file: a.csv}]\ntransformations:\n  - read_delimited: {delimiter: ';'}\n  - filter: col(\"price\") > 10\n");

        await SlipwayProgram.AskAsync(address, "data", "create", "-n", "trips", "-t", "mltable", "--path", "azureml://datastores/hot/paths/trips");
        var rows = await SlipwayProgram.AskAsync(address, "sql", "select id from 'data:trips'");
        var moved = await SlipwayProgram.AskAsync(address, "data", "move", "--from", "azureml://datastores/hot/paths/trips", "--to", "azureml://datastores/cold/paths/old");
        var again = await SlipwayProgram.RunAsync("data", "move", "--from", "azureml://datastores/hot/paths/trips", "--to", "azureml://datastores/cold", "--server", address.ToString());
        var nowhere = await SlipwayProgram.RunAsync("data", "move", "--from", "trips", "--to", "azureml://datastores/cold", "--server", address.ToString());
        var incomplete = await SlipwayProgram.RunAsync("data", "move", "--from", "azureml://datastores/hot", "--server", address.ToString());

        Assert.Equal("2", rows[0]!["id"]!.ToString());
        Assert.Equal((2, 2, 2), ((int)moved["files"]!, (int)moved["copied"]!, (int)moved["deleted"]!));
        Assert.True(File.Exists(_folder.File("cold/old/a.csv")));
        Assert.False(File.Exists(_folder.File("hot/trips/a.csv")));
        Assert.Equal((1, 2, 2), (again.ExitCode, nowhere.ExitCode, incomplete.ExitCode));
        Assert.Contains("There is no file at 'azureml://datastores/hot/paths/trips'", again.Error, StringComparison.Ordinal);
        Assert.Contains("from is 'trips'; a move goes from azureml://datastores/NAME/paths/PATH", nowhere.Error, StringComparison.Ordinal);
    }

    private string Write(string name, string text)
    {
        var path = _folder.File(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }
}
