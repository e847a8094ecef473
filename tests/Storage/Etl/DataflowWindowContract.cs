using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Slipway.Data;
using Slipway.Engines.DuckDb;
using Slipway.Etl;
using Slipway.Etl.Incremental;
using Slipway.Jobs;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Lake;
using Slipway.Lake.Contracts;
using Slipway.Lineage;
using Slipway.Registry;
using Slipway.Security;
using Slipway.Security.Contracts;
using Slipway.Shared;
using Slipway.Storage.Harness;
using Slipway.Tracking;
using Xunit;

namespace Slipway.Storage.Etl;

/// <summary>Real jobs over real files; the looks at the windows are the test's, so that each is at its moment.</summary>
public abstract class DataflowWindowContract(DatabaseProvider provider) : DatabaseContract(provider)
{
    private ServiceProvider _services = null!;

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

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var hosted in _services.GetServices<IHostedService>().Where(IsWorker))
            await hosted.StopAsync(CancellationToken.None);
        await _services.DisposeAsync();
        await base.DisposeAsync();
    }

    private string File => Path.Combine(Folder, "orders.parquet");

    private static DateTimeOffset Day(int day) => new(2001, 1, day, 0, 0, 0, TimeSpan.Zero);

    // All but what looks at the windows by itself.
    private static bool IsWorker(IHostedService hosted) => hosted is not (DataflowWorker or DataflowTimer);

    private T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    private async Task StartAsync()
    {
        var services = new ServiceCollection();
        services.AddLogging().AddSingleton<IConfiguration>(new ConfigurationBuilder().Build()).AddSingleton<Events>();
        services.AddData(new DataOptions
        {
            Home = Path.Combine(Folder, "home"),
            Database = Database.Provider == DatabaseProvider.Postgres ? ConnectionString : null,
        });
        services.AddSecurity(Path.Combine(Folder, "home")).AddLineage().AddLake(new LakeOptions { TempFolder = Path.Combine(Folder, "temp"), Threads = 1 });
        services.AddSingleton<IDeliveries, NoDeliveries>().AddTracking().AddRegistry().AddJobs().AddEtl();
        _services = services.BuildServiceProvider();
        foreach (var hosted in _services.GetServices<IHostedService>().OfType<IHostedLifecycleService>())
            await hosted.StartingAsync(Ct);
        foreach (var hosted in _services.GetServices<IHostedService>().Where(IsWorker))
            await hosted.StartAsync(Ct);
    }

    /// <summary>Ten rows for each of the days.</summary>
    private string Source(int days)
    {
        Write(days);
        return $"type: dataflow\nsource: {{type: parquet, path: \"{File}\"}}\nsink: {{asset: ORDERS}}\noutputs: {{data: {{type: uri_folder}}}}\n";
    }

    private void Write(int days, string where = "")
    {
        using var connection = Get<ILakeTables>().Connect();
        connection.Execute(
            $"copy (select timestamp '2001-01-01' + to_days((i // 10)::int) + to_hours(i % 10) as date, i as x from range({days * 10}) t(i) {where}) to {DuckDbSql.Literal(File)} (format parquet)", Ct);
    }

    private Task<Dataflow> CreateAsync(string name, string job, string plan, string? column = "date") => Get<CreateDataflow>().RunAsync(
        Caller.System,
        new CreateDataflow.Request(
            $"name: {name}\nincremental: {{{(column is null ? "" : $"column: {column}, ")}{(plan.StartsWith("start", StringComparison.Ordinal) ? "" : "start: 2001-01-01, ")}{plan}}}\n{job.Replace("ORDERS", name, StringComparison.Ordinal)}", "flow.yml", null),
        Ct);

    private async Task<Dataflow> FindAsync(string name) => (await Get<DataflowStore>().FindAsync(WorkspaceName.Default, name, Ct))!;

    private async Task<(int Windows, int Asked)> RunAsync(string name)
    {
        var response = await Get<RunDataflow>().AskAsync(await FindAsync(name), null, null, again: false, Ct);
        return (response.Windows, response.Asked);
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

    private async Task LookAsync(string name) => await Get<OpenWindows>().AdvanceAsync(await FindAsync(name), Ct);

    /// <summary>Looks, and waits for the jobs, until nothing is open.</summary>
    private async Task DrainAsync(string name)
    {
        var dataflow = await FindAsync(name);
        await LookAsync(name);
        while (await Get<DataflowStore>().OpenAsync(dataflow.Id, Ct) is { Count: > 0 } open)
        {
            Assert.Contains(open, window => window.State == WindowState.Running);
            foreach (var window in open.Where(window => window.State == WindowState.Running))
                await Get<IJobs>().WaitAsync(Caller.System, window.Job!, Ct).WaitAsync(TimeSpan.FromSeconds(60), Ct);
            await LookAsync(name);
        }
    }

    private async Task<IReadOnlyList<string>> WindowsAsync(string name) =>
    [
        .. (await Get<DataflowStore>().ListAsync((await FindAsync(name)).Id, null, 100, Ct)).Reverse().Select(window =>
            $"{window.FromAt.ToTime():dd} {window.State}{(window.Reason is null ? "" : $": {window.Reason}")}{(window.Made is null ? "" : $" {window.Made}")}"),
    ];

    private async Task<IReadOnlyList<string>> NumbersAsync(string name) =>
    [
        .. (await Get<DataflowStore>().ListAsync((await FindAsync(name)).Id, null, 100, Ct)).Reverse().Select(window =>
            $"{window.FromAt}..{window.ToAt} {window.State}{(window.Reason is null ? "" : $": {window.Reason}")}{(window.Made is null ? "" : $" {window.Made}")}"),
    ];

    /// <summary>How many rows each day has in the latest version.</summary>
    private async Task<IReadOnlyList<string>> RowsAsync(string asset)
    {
        var version = (await Get<IDataAssets>().FindAsync(Caller.System, AssetName.Parse(asset), null, Ct))!;
        var table = await Get<ILakeTables>().TableAsync(version.Tree, Ct);
        using var connection = Get<ILakeTables>().Connect();
        using var result = connection.Query($"select day(date) || '|' || count(*) from {table.Expression} group by day(date) order by day(date)", Ct);
        return result.Read(row => row.Get<string>(0)!);
    }
}

public sealed class DataflowWindowsOnSqlite() : DataflowWindowContract(DatabaseProvider.Sqlite);

public sealed class DataflowWindowsOnPostgres() : DataflowWindowContract(DatabaseProvider.Postgres);
