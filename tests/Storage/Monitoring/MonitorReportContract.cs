using Slipway.Data;
using Slipway.Kernel;
using Slipway.Monitoring.Reports;
using Slipway.Serving.Contracts;
using Slipway.Shared;
using Xunit;
using static Slipway.Storage.Monitoring.MonitorBed;

namespace Slipway.Storage.Monitoring;

public abstract class MonitorReportContract(DatabaseProvider provider) : DatabaseContract(provider)
{
    private const string Monitor =
        """
        name: flights
        create_monitor:
          monitoring_target: {ml_task: classification, endpoint_deployment_id: "azureml:flights"}
          monitoring_signals:
            inputs:
              type: data_drift
              metric_thresholds: {numerical: {population_stability_index: 0.2}, categorical: {jensen_shannon_distance: 0.1}}
            scores: {type: prediction_drift}
            quality: {type: model_performance, metric_thresholds: {classification: {accuracy: 0.9}}}
        """;

    private MonitoringHost _host = null!;

    protected override IEnumerable<IMigrations> Modules => MonitoringHost.Migrations;

    [Fact]
    public async Task A_report_shows_how_each_column_was_distributed_against_the_reference()
    {
        await GivenAsync();
        _host.Collected.Windows[Week(1)] = Answers(hour: "i % 12", origin: "case when i = 0 then chr(1) when i < 10 then null else 'A' end");
        await _host.RunAsync(Week(1), Ct);

        var report = await ReportAsync();

        Assert.Equal([("inputs", "hour"), ("inputs", "origin"), ("scores", "score")], report.Histograms.Select(one => (one.Signal, one.Feature)));
        Assert.All(report.Histograms, histogram => Assert.Equal((1000, 1000), (histogram.ReferenceRows, histogram.Rows)));
        var hour = report.Histograms[0];
        Assert.Equal(0, hour.Bins.Where(bin => bin.From >= 12).Sum(bin => bin.Rows));
        Assert.True(hour.Distance > 0.3);
        var origin = report.Histograms[1];
        Assert.Equal(["A", "B", "C", "D", "E", "other", "null"], origin.Bins.Select(bin => bin.Name));
        Assert.Equal([990L, 0, 0, 0, 0, 1, 9], origin.Bins.Select(bin => bin.Rows));
        Assert.Equal("hour", report.Figures[0].Feature);
        Assert.True(report.Figures[0].Crossed);
    }

    [Fact]
    public async Task A_window_is_compared_with_the_one_before()
    {
        await GivenAsync();
        _host.Collected.Windows[Week(1)] = Answers();
        _host.Collected.Windows[Week(2)] = Answers(hour: "i % 12", label: "1.0");
        var first = await _host.RunAsync(Week(1), Ct);
        await _host.RunAsync(Week(2), Ct);

        var report = await ReportAsync(compare: "previous");

        Assert.Equal((Week(2).From, first.Id, 0), (report.Run.From, report.Compared!.Id, report.Compared.Crossed));
        var drift = report.Figures.Single(figure => figure is { Feature: "hour", Name: "population_stability_index" });
        Assert.Equal((0.0, "ok", drift.Value), (drift.Compared, drift.ComparedVerdict, drift.Change));
        var hour = report.Histograms[0];
        Assert.Equal(hour.Bins.Select(bin => bin.Reference), hour.Bins.Select(bin => bin.Compared!.Value));
        Assert.Equal((0.0, hour.Distance), (hour.ComparedDistance!.Value, hour.BetweenWindows));
    }

    [Fact]
    public async Task Trends_go_up_to_the_window_and_count_one_that_was_measured_again_once()
    {
        await GivenAsync();
        for (var week = 1; week <= 3; week++)
            _host.Collected.Windows[Week(week)] = Answers(hour: $"i % {24 / week}");
        await _host.RunAsync(Week(1), Ct);
        var second = await _host.RunAsync(Week(2), Ct);
        await _host.RunAsync(Week(2), Ct);
        await _host.RunAsync(Week(3), Ct);

        var earlier = await ReportAsync(run: second.Id);
        var latest = await ReportAsync();

        Assert.Equal([Week(1).To, Week(2).To], Trend(earlier).Select(point => point.To));
        Assert.Equal([Week(1).To, Week(2).To, Week(3).To], Trend(latest).Select(point => point.To));
        Assert.Equal([false, true, true], Trend(latest).Select(point => point.Crossed));
        Assert.Equal(second.Id, earlier.Run.Id);
    }

    [Fact]
    public async Task What_cannot_be_reported_is_refused_in_a_sentence()
    {
        await GivenAsync();
        _host.Collected.Windows[Week(1)] = Answers();

        Assert.Equal("Monitor 'flights' has not run yet; run it over a window first.", await RefusalAsync(ErrorCode.NotFound));
        var run = await _host.RunAsync(Week(1), Ct);
        Assert.Equal("Monitor run 'flights/none' does not exist.", await RefusalAsync(ErrorCode.NotFound, run: "none"));
        Assert.Equal("Monitor run 'flights/none' does not exist.", await RefusalAsync(ErrorCode.NotFound, compare: "none"));
        Assert.Contains("cannot be compared with itself", await RefusalAsync(ErrorCode.InvalidParameter, compare: run.Id), StringComparison.Ordinal);
        Assert.Contains("is of the first window of 'flights'", await RefusalAsync(ErrorCode.InvalidParameter, compare: "previous"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_window_of_which_only_a_part_was_collected_says_so()
    {
        await GivenAsync();
        _host.Collected.Windows[Week(1)] = Answers();
        _host.Collected.Counts[Week(1)] = new CollectedCounts("blue", 1, 1000, 8900, 100, []);

        var run = await _host.RunAsync(Week(1), Ct);

        Assert.EndsWith("Of 10,000 rows that were answered in the window, 1,000 (10 %) were collected: sampling left out 8,900, and callers opted out of 100.", run.Message, StringComparison.Ordinal);
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _host.DisposeAsync();
        await base.DisposeAsync();
    }

    private static IReadOnlyList<Report.Point> Trend(Report report) =>
        report.Figures.Single(figure => figure is { Feature: "hour", Name: "population_stability_index" }).Trend;

    private async Task<string> RefusalAsync(ErrorCode code, string? run = null, string? compare = null)
    {
        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => ReportAsync(run, compare));
        Assert.Equal(code, refusal.Code);
        return refusal.Message;
    }

    private Task<Report> ReportAsync(string? run = null, string? compare = null) =>
        _host.Get<ShowReport>().RunAsync(Caller.System, "flights", run, compare, Ct);

    private async Task GivenAsync()
    {
        _host = new MonitoringHost(Database, Folder, Time);
        await _host.RegisterAsync(Profile(), Ct);
        await _host.DeclareAsync(Monitor, Ct);
    }
}

public sealed class MonitorReportOnSqlite() : MonitorReportContract(DatabaseProvider.Sqlite);

public sealed class MonitorReportOnPostgres() : MonitorReportContract(DatabaseProvider.Postgres);
