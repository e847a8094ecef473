using Slipway.Data;
using Slipway.Kernel;
using Slipway.Monitoring.Contracts;
using Slipway.Monitoring.Runs;
using Slipway.Shared;
using Slipway.Statistics.Drift;
using Xunit;
using static Slipway.Storage.Monitoring.MonitorBed;

namespace Slipway.Storage.Monitoring;

/// <summary>What production sends a monitor sooner or later.</summary>
public abstract class BadInputContract(DatabaseProvider provider) : DatabaseContract(provider)
{
    private MonitoringHost _host = null!;

    protected override IEnumerable<IMigrations> Modules => MonitoringHost.Migrations;

    [Fact]
    public async Task Values_that_are_no_numbers_and_infinite_ones_leave_all_figures_finite()
    {
        await GivenAsync();
        _host.Collected.Windows[Week(1)] = Answers(hour: "case when i % 3 = 0 then 'nan'::double when i % 3 = 1 then 'inf'::double else '-inf'::double end");

        var run = await _host.RunAsync(Week(1), Ct);

        Assert.All(run.Metrics, metric => Assert.True(metric.Value is null || double.IsFinite(metric.Value.Value), metric.Metric));
        Assert.Contains("hour", run.Drifted);
        Assert.Equal(run.Metrics, (await _host.Get<RunStore>().FindAsync(WorkspaceName.Default, run.Id, Ct))!.Metrics);
    }

    [Fact]
    public async Task A_column_in_which_each_of_a_million_rows_has_a_category_of_its_own_is_kept_in_few_bins()
    {
        await GivenAsync();
        _host.Collected.Windows[Week(1)] = Answers(origin: "('c' || i)", rows: 1_000_000);

        var run = await _host.RunAsync(Week(1), Ct);

        Assert.Equal(1_000_000, run.Rows);
        Assert.Contains("origin", run.Drifted);
        Assert.Equal(1, run.Metrics.Single(metric => metric is { Feature: "origin", Metric: "jensen_shannon_distance" }).Value!.Value, 1e-6);
        var kept = await Database.QueryAsync<string>("select histogram from monitor_histograms where run_id = @Id and feature = 'origin'", new { run.Id }, Ct);
        Assert.InRange(Assert.Single(kept).Length, 1, 5000);
    }

    [Fact]
    public async Task A_reference_whose_categories_are_nearly_all_too_rare_to_be_told_apart_is_told()
    {
        await GivenAsync(profile: Profile() with { Features = [Profile().Features[0], FeatureProfile.Categorical("origin", ["A"], [100], other: 900, nulls: 0)] });
        _host.Collected.Windows[Week(1)] = Answers(origin: "('new' || i)");

        var run = await _host.RunAsync(Week(1), Ct);

        Assert.Contains(
            "Most values of origin are too rare in the reference to be told apart; a data_quality signal's out_of_bounds_rate sees new ones.", run.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reference_of_other_columns_leaves_nothing_to_compare_and_says_so()
    {
        await GivenAsync();
        _host.Collected.Windows[Week(1)] = Answers().Replace("as input_origin", "as input_start", StringComparison.Ordinal).Replace("as input_hour", "as input_time", StringComparison.Ordinal);

        var run = await _host.RunAsync(Week(1), Ct);

        Assert.StartsWith("inputs: The reference has hour, origin, which the endpoint did not collect; nothing can be compared.", run.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_clock_that_jumps_back_runs_nothing_twice_and_one_that_jumps_ahead_runs_the_last_period_only()
    {
        await GivenAsync("\ntrigger: {type: recurrence, frequency: week, interval: 1}");
        Time.Advance(TimeSpan.FromDays(8));
        await _host.TickAsync(Ct);

        Time.AdjustTime(Time.GetUtcNow().AddDays(-30));
        await _host.TickAsync(Ct);
        Time.Advance(TimeSpan.FromDays(31));
        await _host.TickAsync(Ct);
        Assert.Single(await RunsAsync());
        Time.Advance(TimeSpan.FromDays(365));
        await _host.TickAsync(Ct);
        await _host.TickAsync(Ct);

        var runs = await RunsAsync();
        Assert.Equal([Week(52), Week(0)], runs.Select(run => run.Window));
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _host.DisposeAsync();
        await base.DisposeAsync();
    }

    private Task<IReadOnlyList<MonitorRun>> RunsAsync() => _host.Get<RunStore>().ListAsync(WorkspaceName.Default, "flights", 10, Ct);

    private async Task GivenAsync(string trigger = "", TrainingProfile? profile = null)
    {
        _host = new MonitoringHost(Database, Folder, Time);
        await _host.RegisterAsync(profile ?? Profile(), Ct);
        await _host.DeclareAsync(MonitorBed.Monitor + trigger, Ct);
    }
}

public sealed class BadInputOnSqlite() : BadInputContract(DatabaseProvider.Sqlite);

public sealed class BadInputOnPostgres() : BadInputContract(DatabaseProvider.Postgres);
