using Microsoft.Data.Sqlite;
using Slipway.EndToEnd.Jobs;
using Slipway.Shared;
using Xunit;

namespace Slipway.EndToEnd.CommandLine;

/// <summary>A connection and what is imported through it, by the verbs of az ml.</summary>
public sealed class ImportStoryTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_connection_is_made_and_data_is_imported_through_it_by_hand_and_by_a_schedule()
    {
        Fill();
        await WriteAsync("shop.yml", $"name: shop\ntype: sqlite\ntarget: {_folder.File("shop.db")}\n");
        await WriteAsync("feed.yml", "name: feed\ntype: python_feed\ntarget: https://feed.example.org\ncredentials: {type: pat}\n");
        await WriteAsync("orders.yml", "type: mltable\nname: orders\nsource: {type: database, query: select * from orders, connection: azureml:shop}\npath: azureml://datastores/workspaceblobstore/paths/shop/${{name}}\n");
        await WriteAsync("nightly.yml", "name: nightly\ntrigger: {type: cron, expression: '0 2 * * *'}\nimport_data: ./orders.yml\n");
        using var server = await ServerProcess.StartAsync(_folder.File("home"), Ct);
        var address = server.Client.Server;

        var made = await SlipwayProgram.AskAsync(address, "connection", "create", "--file", _folder.File("shop.yml"));
        await SlipwayProgram.AskAsync(address, "connection", "create", "-f", _folder.File("feed.yml"), "--credentials", "pat=hush");
        var updated = await SlipwayProgram.AskAsync(address, "connection", "update", "-n", "feed", "--set", "description=Ours.", "--credentials", "pat=hushed");
        var listed = await RunAsync(address, "connection", "list", "--query", "[].[name, credentials.type]", "-o", "tsv");
        var imported = await RunAsync(address, "data", "import", "-f", _folder.File("orders.yml"), "--stream", "--query", "status", "-o", "tsv");
        var rows = await RunAsync(address, "sql", "select count(*) as n from 'data:orders@1'", "-o", "tsv");
        var scheduled = await RunAsync(address, "schedule", "create", "-f", _folder.File("nightly.yml"), "--query", "name", "-o", "tsv");
        var status = await RunAsync(address, "data", "list-materialization-status", "-n", "orders", "--query", "[].status", "-o", "tsv");
        var deleted = await RunAsync(address, "connection", "delete", "-n", "feed", "--yes");
        var gone = await RunAsync(address, "connection", "show", "-n", "feed");
        var wrong = await RunAsync(address, "connection", "create", "-f", _folder.File("feed.yml"), "--credentials", "pats=hush");
        var unknown = await RunAsync(address, "data", "import", "-f", _folder.File("orders.yml"), "--set", "source.connection=azureml:shp");

        Assert.Equal(("shop", "none"), ((string)made["name"]!, (string)made["credentials"]!["type"]!));
        Assert.Equal("Ours.", (string)updated["description"]!);
        Assert.DoesNotContain("hush", updated.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("feed\tpat\nshop\tnone", listed.Output.Trim());
        Assert.True(imported.ExitCode == 0, imported.Error);
        Assert.Equal("Completed", imported.Output.Trim());
        Assert.Equal("2", rows.Output.Trim().Split('\n')[^1]);
        Assert.True(scheduled.ExitCode == 0, scheduled.Error);
        Assert.Equal("Completed", status.Output.Trim());
        Assert.Equal((0, ""), (deleted.ExitCode, deleted.Error));
        Assert.Equal((1, "Connection 'feed' does not exist."), (gone.ExitCode, gone.Error.Trim()));
        Assert.Equal(2, wrong.ExitCode);
        Assert.StartsWith("--credentials pats: credentials.pats: 'pats' is not a field of pat credentials. Did you mean 'pat'?", wrong.Error, StringComparison.Ordinal);
        Assert.Equal((1, "Connection 'shp' does not exist."), (unknown.ExitCode, unknown.Error.Trim()));
    }

    private static Task<Executable.Finished> RunAsync(Uri server, params string[] arguments) =>
        SlipwayProgram.RunAsync([.. arguments, "--server", server.ToString()]);

    private void Fill()
    {
        using var connection = new SqliteConnection($"Data Source={_folder.File("shop.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "create table orders (id integer, total real); insert into orders values (1, 2.5), (2, 3.25)";
        command.ExecuteNonQuery();
    }

    private Task WriteAsync(string name, string text) => File.WriteAllTextAsync(_folder.File(name), text, Ct);
}
