using Slipway.Data;
using Slipway.Etl.Incremental;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Xunit;

namespace Slipway.Storage.Etl;

/// <summary>Dataflows that go by whole numbers, such as an identity key.</summary>
public abstract class DataflowNumberContract(DatabaseProvider provider) : DataflowBed(provider)
{
    [Fact]
    public async Task A_watermark_of_whole_numbers_takes_what_is_new_and_nothing_twice()
    {
        await StartAsync();
        await CreateAsync("orders", Source(2), "start: 3", column: "x");

        Assert.Equal((1, 1), await RunAsync("orders"));
        await LookAsync("orders");
        Assert.Equal((1, 0), await RunAsync("orders"));
        await DrainAsync("orders");
        Assert.Equal(["3..20 done data:orders@1"], await NumbersAsync("orders"));

        // Nothing is new: the window is over, made nothing, and is there to be asked for again.
        Assert.Equal((1, 1), await RunAsync("orders"));
        await DrainAsync("orders");
        Assert.Equal(["3..20 done data:orders@1", "20..20 done"], await NumbersAsync("orders"));

        Write(3);
        Assert.Equal((1, 1), await RunAsync("orders"));
        await DrainAsync("orders");
        Assert.Equal(["3..20 done data:orders@1", "20..30 done data:orders@2"], await NumbersAsync("orders"));
        Assert.Equal(["1|7", "2|10", "3|10"], await RowsAsync("orders"));
    }

    [Fact]
    public async Task A_window_of_whole_numbers_that_failed_begins_again_where_it_began()
    {
        await StartAsync();
        await CreateAsync("orders", Source(1), "start: 0, end: 15, delay: 2", column: "x");
        System.IO.File.Delete(File);
        await RunAsync("orders");
        await DrainAsync("orders");
        Assert.StartsWith("0..0 failed: ", Assert.Single(await NumbersAsync("orders")), StringComparison.Ordinal);

        Write(1);
        Assert.Equal((1, 1), await RunAsync("orders"));
        await DrainAsync("orders");
        Assert.Equal(["0..8 done data:orders@1"], await NumbersAsync("orders"));

        Write(2);
        await RunAsync("orders");
        await DrainAsync("orders");
        Assert.Equal(["0..8 done data:orders@1", "8..13 done data:orders@2"], await NumbersAsync("orders"));
        Assert.Equal(["1|10", "2|3"], await RowsAsync("orders"));
    }

    [Fact]
    public async Task A_server_that_died_goes_on_from_the_number_that_its_job_found()
    {
        await StartAsync();
        await CreateAsync("orders", Source(1), "start: 0", column: "x");
        await RunAsync("orders");
        await LookAsync("orders");
        var window = Assert.Single(await Get<DataflowStore>().OpenAsync((await FindAsync("orders")).Id, Ct));
        await Get<IJobs>().WaitAsync(Caller.System, window.Job!, Ct).WaitAsync(TimeSpan.FromSeconds(60), Ct);

        // More rows come after the job, and before somebody looks how it ended.
        Write(2);
        await DrainAsync("orders");
        await RunAsync("orders");
        await DrainAsync("orders");

        Assert.Equal(["0..10 done data:orders@1", "10..20 done data:orders@2"], await NumbersAsync("orders"));
        Assert.Equal(["1|10", "2|10"], await RowsAsync("orders"));
    }

    [Fact]
    public async Task A_job_of_several_steps_goes_by_whole_numbers_too()
    {
        await StartAsync();
        const string Steps =
            """
            type: pipeline
            inputs: {window_start: x}
            jobs:
              land:
                type: dataflow
                source: {type: parquet, path: "FILE"}
                window: {column: x, from: "${{parent.inputs.window_start}}"}
                sink: {asset: steps}
                outputs: {data: {type: uri_folder}}
            """;
        Write(1);
        await CreateAsync("steps", Steps.Replace("FILE", File, StringComparison.Ordinal), "start: 0", column: null);
        await RunAsync("steps");
        await DrainAsync("steps");
        Write(2);
        await RunAsync("steps");
        await DrainAsync("steps");

        Assert.Equal(["0..10 done data:steps@1", "10..20 done data:steps@2"], await NumbersAsync("steps"));
        Assert.Equal(["1|10", "2|10"], await RowsAsync("steps"));
        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => CreateAsync("other", Steps, "start: 0, end: 9", column: null));
        Assert.StartsWith("A dataflow of several steps that goes by whole numbers has one step", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Windows_of_time_and_of_whole_numbers_do_not_go_on_from_each_other()
    {
        await StartAsync();
        await CreateAsync("orders", Source(1), "start: 0", column: "x");
        await CreateAsync("orders", Source(1), "every: 1d, end: 2001-01-02");
        await RunAsync("orders");
        await DrainAsync("orders");

        var changed = await Assert.ThrowsAsync<SlipwayException>(() => CreateAsync("orders", Source(1), "start: 0", column: "x"));
        await CreateAsync("numbers", Source(1), "start: 0", column: "x");
        var waits = await Assert.ThrowsAsync<SlipwayException>(() => CreateAsync("report", Source(1), "every: 1d, depends_on: [numbers]"));

        Assert.Equal(ErrorCode.Conflict, changed.Code);
        Assert.StartsWith("The dataflow 'orders' has windows of time, and start is a whole number; delete it first", changed.Message, StringComparison.Ordinal);
        Assert.Equal("incremental.depends_on: 'numbers' goes by whole numbers and so has no windows of a time.", waits.Message);
    }

    private async Task<IReadOnlyList<string>> NumbersAsync(string name) =>
    [
        .. (await Get<DataflowStore>().ListAsync((await FindAsync(name)).Id, null, 100, Ct)).Reverse().Select(window =>
            $"{window.FromAt}..{window.ToAt} {window.State}{(window.Reason is null ? "" : $": {window.Reason}")}{(window.Made is null ? "" : $" {window.Made}")}"),
    ];
}

public sealed class DataflowNumbersOnSqlite() : DataflowNumberContract(DatabaseProvider.Sqlite);

public sealed class DataflowNumbersOnPostgres() : DataflowNumberContract(DatabaseProvider.Postgres);
