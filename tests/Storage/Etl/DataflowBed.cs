using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
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
using Slipway.Tracking;
using Xunit;

namespace Slipway.Storage.Etl;

/// <summary>Real jobs over real files; the looks at the windows are the test's, so that each is at its moment.</summary>
public abstract class DataflowBed(DatabaseProvider provider) : DatabaseContract(provider)
{
    private ServiceProvider _services = null!;

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var hosted in _services.GetServices<IHostedService>().Where(IsWorker))
            await hosted.StopAsync(CancellationToken.None);
        await _services.DisposeAsync();
        await base.DisposeAsync();
    }

    private protected string File => Path.Combine(Folder, "orders.parquet");

    private protected static DateTimeOffset Day(int day) => new(2001, 1, day, 0, 0, 0, TimeSpan.Zero);

    // All but what looks at the windows by itself.
    private static bool IsWorker(IHostedService hosted) => hosted is not (DataflowWorker or DataflowTimer);

    private protected T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    private protected async Task StartAsync()
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
    private protected string Source(int days)
    {
        Write(days);
        return $"type: dataflow\nsource: {{type: parquet, path: \"{File}\"}}\nsink: {{asset: ORDERS}}\noutputs: {{data: {{type: uri_folder}}}}\n";
    }

    private protected void Write(int days, string where = "")
    {
        using var connection = Get<ILakeTables>().Connect();
        connection.Execute(
            $"copy (select timestamp '2001-01-01' + to_days((i // 10)::int) + to_hours(i % 10) as date, i as x from range({days * 10}) t(i) {where}) to {DuckDbSql.Literal(File)} (format parquet)", Ct);
    }

    private protected Task<Dataflow> CreateAsync(string name, string job, string plan, string? column = "date") => Get<CreateDataflow>().RunAsync(
        Caller.System,
        new CreateDataflow.Request(
            $"name: {name}\nincremental: {{{(column is null ? "" : $"column: {column}, ")}{(plan.StartsWith("start", StringComparison.Ordinal) ? "" : "start: 2001-01-01, ")}{plan}}}\n{job.Replace("ORDERS", name, StringComparison.Ordinal)}", "flow.yml", null),
        Ct);

    private protected async Task<Dataflow> FindAsync(string name) => (await Get<DataflowStore>().FindAsync(WorkspaceName.Default, name, Ct))!;

    private protected async Task<(int Windows, int Asked)> RunAsync(string name)
    {
        var response = await Get<RunDataflow>().AskAsync(await FindAsync(name), null, null, again: false, Ct);
        return (response.Windows, response.Asked);
    }

    private protected async Task LookAsync(string name) => await Get<OpenWindows>().AdvanceAsync(await FindAsync(name), Ct);

    /// <summary>Looks, and waits for the jobs, until nothing is open.</summary>
    private protected async Task DrainAsync(string name)
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

    private protected async Task<IReadOnlyList<string>> WindowsAsync(string name) =>
    [
        .. (await Get<DataflowStore>().ListAsync((await FindAsync(name)).Id, null, 100, Ct)).Reverse().Select(window =>
            $"{window.FromAt.ToTime():dd} {window.State}{(window.Reason is null ? "" : $": {window.Reason}")}{(window.Made is null ? "" : $" {window.Made}")}"),
    ];

    /// <summary>How many rows each day has in the latest version.</summary>
    private protected async Task<IReadOnlyList<string>> RowsAsync(string asset)
    {
        var version = (await Get<IDataAssets>().FindAsync(Caller.System, AssetName.Parse(asset), null, Ct))!;
        var table = await Get<ILakeTables>().TableAsync(version.Tree, Ct);
        using var connection = Get<ILakeTables>().Connect();
        using var result = connection.Query($"select day(date) || '|' || count(*) from {table.Expression} group by day(date) order by day(date)", Ct);
        return result.Read(row => row.Get<string>(0)!);
    }
}
