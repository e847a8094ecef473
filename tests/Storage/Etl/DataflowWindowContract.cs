using Microsoft.Extensions.Logging.Abstractions;
using Slipway.Data;
using Slipway.Etl.Incremental;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Shared;
using Xunit;

namespace Slipway.Storage.Etl;

public abstract class DataflowWindowContract(DatabaseProvider provider) : DataflowBed(provider)
{
    [Fact]
    public async Task Windows_run_once_each_oldest_first_as_many_at_once_as_may()
    {
        await StartAsync();
        await CreateAsync("orders", Source(3), "every: 1d, end: 2001-01-04, concurrency: 2");

        Assert.Equal((3, 3), await RunAsync("orders"));
        await LookAsync("orders");
        Assert.Equal(
            ["01 running", "02 running", "03 waiting: waits for 2 other windows of the dataflow (concurrency 2)"], await WindowsAsync("orders"));

        await DrainAsync("orders");
        Assert.Equal(["01 done data:orders@", "02 done data:orders@", "03 done data:orders@"], (await WindowsAsync("orders")).Select(window => window[..20]));
        Assert.Equal((3, 0), await RunAsync("orders"));
        Assert.Equal(["1|10", "2|10", "3|10"], await RowsAsync("orders"));
    }

    [Fact]
    public async Task A_window_that_runs_again_replaces_its_own_rows_only()
    {
        await StartAsync();
        await CreateAsync("orders", Source(3), "every: 1d, end: 2001-01-04");
        await RunAsync("orders");
        await DrainAsync("orders");

        Write(3, "where not (day(date) = 2 and x % 2 = 0)");
        var again = await Get<RunDataflow>().AskAsync(await FindAsync("orders"), Day(2), Day(3), again: true, Ct);
        await DrainAsync("orders");

        Assert.Equal((1, 1), (again.Windows, again.Asked));
        Assert.Equal(["1|10", "2|5", "3|10"], await RowsAsync("orders"));
    }

    [Fact]
    public async Task A_window_waits_for_the_windows_of_its_time_of_another_dataflow()
    {
        await StartAsync();
        await CreateAsync("orders", Source(3), "every: 1d, end: 2001-01-03");
        await CreateAsync("report", Source(3), "every: 2d, end: 2001-01-03, depends_on: [orders]");

        await RunAsync("report");
        await LookAsync("report");
        Assert.Equal(["01 waiting: waits for orders 2001-01-01T00:00:00Z, which was not asked for"], await WindowsAsync("report"));

        await Get<RunDataflow>().AskAsync(await FindAsync("orders"), Day(1), Day(2), again: false, Ct);
        await DrainAsync("orders");
        await LookAsync("report");
        Assert.Equal(["01 waiting: waits for orders 2001-01-02T00:00:00Z, which was not asked for"], await WindowsAsync("report"));

        await RunAsync("orders");
        await DrainAsync("orders");
        await DrainAsync("report");
        Assert.Equal("01 done data:report@1", Assert.Single(await WindowsAsync("report")));
    }

    [Fact]
    public async Task A_window_that_failed_says_why_and_is_run_again_when_asked()
    {
        await StartAsync();
        await CreateAsync("orders", Source(1), "every: 1d, end: 2001-01-03");
        await RunAsync("orders");
        await DrainAsync("orders");
        Assert.Contains("has no rows in window 2001-01-02", (await WindowsAsync("orders"))[1], StringComparison.Ordinal);

        Write(2);
        Assert.Equal((2, 1), await RunAsync("orders"));
        await DrainAsync("orders");

        Assert.Equal(["1|10", "2|10"], await RowsAsync("orders"));
    }

    [Fact]
    public async Task A_watermark_moves_on_and_what_failed_is_made_good()
    {
        await StartAsync();
        await CreateAsync("orders", Source(2), "end: 2001-01-03");

        Assert.Equal((1, 1), await RunAsync("orders"));
        await DrainAsync("orders");
        Assert.Equal((0, 0), await RunAsync("orders"));

        Assert.Equal(["1|10", "2|10"], await RowsAsync("orders"));
        Assert.StartsWith("01 done", Assert.Single(await WindowsAsync("orders")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Windows_run_by_the_clock_once_each_however_many_servers_look_at_it()
    {
        await StartAsync();
        await CreateAsync("orders", Source(2), "every: 1d, delay: 1h, automatic: true");
        var dataflow = await FindAsync("orders");
        await Get<DataflowStore>().LookAtAsync(dataflow, Day(1).ToUnixTimeMilliseconds(), Ct);
        var time = new ManualTime(Day(2));
        using var first = Timer(time);
        using var second = Timer(time);
        await first.StartAsync(Ct);
        await second.StartAsync(Ct);

        await TickAsync(time, TimeSpan.FromSeconds(1), async () => (await FindAsync("orders")).NextAt == (Day(2) + TimeSpan.FromHours(1)).ToUnixTimeMilliseconds());
        var early = await WindowsAsync("orders");
        time.Advance(TimeSpan.FromHours(1));
        await TickAsync(time, TimeSpan.FromSeconds(1), async () => (await WindowsAsync("orders")).Count == 1);
        await DrainAsync("orders");
        time.Advance(TimeSpan.FromDays(1));
        await TickAsync(time, TimeSpan.FromSeconds(1), async () => (await WindowsAsync("orders")).Count == 2);
        await DrainAsync("orders");
        await first.StopAsync(Ct);
        await second.StopAsync(Ct);

        Assert.Empty(early);
        Assert.Equal(["1|10", "2|10"], await RowsAsync("orders"));
        Assert.All(await Get<DataflowStore>().ListAsync(dataflow.Id, null, 10, Ct), window => Assert.Equal((1, WindowState.Done), (window.Attempt, window.State)));
    }

    [Fact]
    public async Task A_server_that_died_before_it_made_the_job_makes_it_later()
    {
        await StartAsync();
        await CreateAsync("orders", Source(1), "every: 1d, end: 2001-01-02");
        await RunAsync("orders");
        var store = Get<DataflowStore>();
        var window = Assert.Single(await store.OpenAsync((await FindAsync("orders")).Id, Ct));
        await store.UpdateAsync(window with { State = WindowState.Running, Job = "orders_lost" }, Ct);

        await LookAsync("orders");
        await DrainAsync("orders");

        Assert.Equal(["1|10"], await RowsAsync("orders"));
    }

    [Fact]
    public async Task A_job_of_several_steps_gets_the_bounds_as_inputs()
    {
        await StartAsync();
        await CreateAsync(
            "steps",
            $$$"""
            type: pipeline
            inputs: {window_start: x, window_end: x}
            jobs:
              land:
                type: dataflow
                source: {type: parquet, path: "{{{File}}}"}
                window: {column: date, from: "${{parent.inputs.window_start}}", to: "${{parent.inputs.window_end}}"}
                sink: {asset: steps}
                outputs: {data: {type: uri_folder}}
            """,
            "every: 1d, end: 2001-01-03",
            column: null);
        Write(2);

        await RunAsync("steps");
        await DrainAsync("steps");

        Assert.Equal(["1|10", "2|10"], await RowsAsync("steps"));
    }

    [Theory]
    [InlineData("every: 1d, depends_on: [orders]", "incremental.depends_on: 'orders' would wait for itself.")]
    [InlineData("every: 1d, depends_on: [nowhere]", "incremental.depends_on: dataflow 'nowhere' does not exist.")]
    [InlineData("every: 1d}\nsinc: {asset: x", "flow.yml:3:1: sinc: 'sinc' is not a field of a dataflow job. Did you mean 'sink'?")]
    public async Task A_mistake_in_the_definition_is_told(string plan, string message)
    {
        await StartAsync();

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => CreateAsync("orders", Source(1), plan));

        Assert.StartsWith(message, refusal.Message, StringComparison.Ordinal);
        Assert.Null(await Get<DataflowStore>().FindAsync(WorkspaceName.Default, "orders", Ct));
    }

    private DataflowTimer Timer(TimeProvider time) => new(
        Get<DataflowStore>(),
        new RunDataflow(Get<Database>(), Get<DataflowStore>(), Get<ShowDataflows>(), Get<WorkQueue>(), Get<IAuditLog>(), time),
        Get<WorkQueue>(),
        Get<Database>(),
        time,
        NullLogger<DataflowTimer>.Instance);

    /// <summary>Lets the clock tick until what is expected has happened.</summary>
    private static async Task TickAsync(ManualTime time, TimeSpan tick, Func<Task<bool>> happened)
    {
        while (!await happened())
        {
            time.Advance(tick);
            await Task.Delay(10, Ct);
        }
    }
}

public sealed class DataflowWindowsOnSqlite() : DataflowWindowContract(DatabaseProvider.Sqlite);

public sealed class DataflowWindowsOnPostgres() : DataflowWindowContract(DatabaseProvider.Postgres);
