using Slipway.EndToEnd.Jobs;
using Slipway.Shared;
using Xunit;

namespace Slipway.EndToEnd.CommandLine;

/// <summary>A dataflow from its file to its windows, as somebody at a terminal sees it.</summary>
public sealed class DataflowStoryTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_dataflow_is_made_run_looked_at_and_deleted()
    {
        using var server = await ServerProcess.StartAsync(_folder.File("home"), Ct);
        var address = server.Client.Server;
        await File.WriteAllTextAsync(_folder.File("orders.csv"), "id,date\n1,2001-01-01 10:00:00\n2,2001-01-02 10:00:00\n", Ct);
        var file = _folder.File("orders.yml");
        await File.WriteAllTextAsync(_folder.File("orders.sql"), "select id * 10 as tenfold, date from source", Ct);
        await File.WriteAllTextAsync(
            file,
            $$"""
            name: orders
            type: dataflow
            incremental: {column: date, start: 2001-01-01, every: 1d, end: 2001-01-04}
            source: {type: csv, path: "{{_folder.File("orders.csv")}}"}
            query: orders.sql
            sink: {asset: orders}
            outputs: {data: {type: uri_folder} }
            """,
            Ct);

        var made = await SlipwayProgram.AskAsync(address, "dataflow", "create", "--file", file);
        var filled = await SlipwayProgram.AskAsync(address, "dataflow", "backfill", "-n", "orders", "--from", "2001-01-01", "--to", "2001-01-03", "--wait");
        var failed = await SlipwayProgram.RunAsync("dataflow", "run", "-n", "orders", "--wait", "--server", address.ToString());
        var status = await SlipwayProgram.AskAsync(address, "dataflow", "status", "-n", "orders", "--state", "failed");
        var columns = await SlipwayProgram.AskAsync(address, "lineage", "columns", "data:orders@2");
        var listed = await SlipwayProgram.AskAsync(address, "dataflow", "list");
        var shown = await SlipwayProgram.AskAsync(address, "dataflow", "show", "-n", "orders");
        var typo = await SlipwayProgram.RunAsync("dataflow", "create", "--file", file, "--set", "sinc.asset=x", "--server", address.ToString());
        var when = await SlipwayProgram.RunAsync("dataflow", "backfill", "-n", "orders", "--from", "soon", "--to", "2001-01-03", "--server", address.ToString());
        var deleted = await SlipwayProgram.RunAsync("dataflow", "delete", "-n", "orders", "--server", address.ToString());
        var gone = await SlipwayProgram.RunAsync("dataflow", "show", "-n", "orders", "--server", address.ToString());

        Assert.Equal("orders", (string)made["name"]!);
        Assert.Equal(["done", "done"], filled.AsArray().Select(window => (string)window!["state"]!));
        Assert.Equal(1, failed.ExitCode);
        Assert.Contains("has no rows in window 2001-01-03", (string)status[0]!["reason"]!, StringComparison.Ordinal);
        Assert.Equal(["date identity date", "tenfold expression id"], columns.AsArray().Select(edge => $"{edge!["column"]} {edge["kind"]} {edge["from_column"]}"));
        Assert.Equal("orders", (string)Assert.Single(listed.AsArray())!["name"]!);
        Assert.Equal((string)made["yaml"]!, (string)shown["yaml"]!);
        Assert.Equal(2, typo.ExitCode);
        Assert.Contains("'sinc' is not a field of a dataflow job", typo.Error, StringComparison.Ordinal);
        Assert.Equal((2, "--from: 'soon' is not a time; write 2026-01-01 or 2026-01-01T06:00:00Z."), (when.ExitCode, when.Error.Trim()));
        Assert.Equal((0, ""), (deleted.ExitCode, deleted.Error));
        Assert.Equal((1, "Dataflow 'orders' does not exist."), (gone.ExitCode, gone.Error.Trim()));
    }

    [Fact]
    public async Task A_dataflow_goes_by_the_numbers_of_a_key_and_takes_only_what_is_new()
    {
        using var server = await ServerProcess.StartAsync(_folder.File("home"), Ct);
        var address = server.Client.Server;
        var (rows, file) = (_folder.File("orders.csv"), _folder.File("orders.yml"));
        await File.WriteAllTextAsync(rows, "id,total\n1,10\n2,20\n", Ct);
        await File.WriteAllTextAsync(
            file,
            $$"""
            name: orders
            type: dataflow
            incremental: {column: id, start: 0}
            source: {type: csv, path: "{{rows}}"}
            sink: {asset: orders}
            outputs: {data: {type: uri_folder} }
            """,
            Ct);

        await SlipwayProgram.AskAsync(address, "dataflow", "create", "--file", file);
        await SlipwayProgram.AskAsync(address, "dataflow", "run", "-n", "orders", "--wait");
        var nothing = await SlipwayProgram.AskAsync(address, "dataflow", "run", "-n", "orders", "--wait");
        await File.AppendAllTextAsync(rows, "5,50\n", Ct);
        var grown = await SlipwayProgram.AskAsync(address, "dataflow", "run", "-n", "orders", "--wait");
        var sum = await SlipwayProgram.AskAsync(address, "sql", "select count(*)::int as n, sum(total)::int as s from 'data:orders'");
        var wrong = await SlipwayProgram.RunAsync("dataflow", "create", "--file", file, "--set", "incremental.delay=6h", "--server", address.ToString());
        var filled = await SlipwayProgram.RunAsync("dataflow", "backfill", "-n", "orders", "--from", "2001-01-01", "--to", "2001-01-03", "--server", address.ToString());

        Assert.Equal(["3..3 ", "0..3 data:orders@1"], nothing.AsArray().Select(window => $"{window!["from"]}..{window["to"]} {window["made"]}"));
        Assert.Equal(["3..6 data:orders@2", "0..3 data:orders@1"], grown.AsArray().Select(window => $"{window!["from"]}..{window["to"]} {window["made"]}"));
        Assert.Equal((3, 80), ((int)sum[0]!["n"]!, (int)sum[0]!["s"]!));
        Assert.Equal((2, "incremental.delay is '6h'; start is a whole number, so this is one too, from 0 on."), (wrong.ExitCode, wrong.Error.Trim()));
        Assert.Equal(2, filled.ExitCode);
        Assert.Contains("it goes on from its watermark, by run", filled.Error, StringComparison.Ordinal);
    }
}
