using Slipway.Data;
using Slipway.Kernel;
using Slipway.Monitoring.Anomalies;
using Slipway.Monitoring.Backtests.Runs;
using Slipway.Monitoring.Contracts;
using Slipway.Monitoring.Rules;
using Slipway.Monitoring.Series;
using Xunit;

namespace Slipway.Storage.Monitoring;

public abstract class AnomalyContract(DatabaseProvider provider) : AlertContract(provider)
{
    private const string Load =
        """
        type: anomaly_detector
        name: load
        severity: error
        labels: {team: flights}
        series: {metric: load, run: r}
        detector: {type: static, above: 5}
        violations: {count: 2, of: 3}
        """;

    private const string Visits =
        """
        type: anomaly_detector
        name: visits
        series: {series: visits, labels: {site: a}}
        every: 1h
        detector: {type: dynamic, season: 1d}
        history: 7d
        """;

    [Fact]
    public async Task Enough_points_that_are_off_make_an_alert_until_there_are_fewer()
    {
        await GivenAsync(rule: "");
        await DeclareAsync(Load);

        await LoadAsync(9);
        Assert.Empty(await Host.AlertsAsync(null, Ct));
        await LoadAsync(8);
        var fired = await OnlyAsync();
        await LoadAsync(1);
        Assert.Equal(Alert.Firing, (await OnlyAsync()).Status);
        await LoadAsync(1);

        Assert.Equal((Alert.Firing, "anomaly/load", "error", "run:r"), (fired.Status, fired.Rule, fired.Severity, fired.Evidence));
        Assert.Equal("load: 8 (… to 5); 2 of the last 3 points are off: metric load (last of 1) of run r at 2001-01-01T00:02:00Z.", fired.Message);
        Assert.Equal(["anomaly=load", "metric=load", "rule=anomaly/load", "run=r", "severity=error", "team=flights"], fired.Labels.Select(label => $"{label.Key}={label.Value}").Order(StringComparer.Ordinal));
        Assert.Equal(Alert.Resolved, (await OnlyAsync()).Status);
        Assert.Equal(["ok", "anomaly", "anomaly", "ok"], (await PointsAsync("load")).Take(4).Select(VerdictOf));
    }

    [Fact]
    public async Task A_point_is_judged_once_whoever_looks_and_how_often()
    {
        await GivenAsync(rule: "");
        await DeclareAsync(Load);
        await LoadAsync(9);

        await Host.LookAsync(Ct);
        await Host.Get<RunDetector>().RunAsync(Caller.System, "load", Ct);
        await AnotherServer().Get<LookForAnomalies>().RunAsync(WorkspaceName.Default, Ct);

        Assert.Equal([9.0, 0.0], (await PointsAsync("load")).Select(point => point.Value));
    }

    [Fact]
    public async Task Looks_say_at_the_time_what_a_backtest_says_afterwards()
    {
        await GivenAsync(rule: "");
        var values = await VisitsAsync(24 * 12);
        await DeclareAsync(Visits);
        var random = new Random(2);
        for (var hour = 0; hour < 30; hour++)
        {
            Time.Advance(TimeSpan.FromHours(1));
            await PushAsync("visits", Time.GetUtcNow(), hour == 20 ? 200 : Usual(values + hour) + random.NextDouble(), "a");
            await Host.LookAsync(Ct);
        }

        var looked = await PointsAsync("visits");
        var backtest = await Host.Get<BacktestDetector>().RunAsync(Caller.System, new BacktestDetector.Request("visits", From: looked[^1].At.ToTime()), ReplayProgress.None, Ct);

        Assert.Equal(looked.Count, backtest.Judged);
        Assert.Equal(looked.Count(point => point.Violates == true), backtest.Violations);
        var anomaly = Assert.Single(backtest.Anomalies);
        Assert.Equal(looked.Where(point => point.Anomalous == true).Select(point => point.At.ToTime()), [anomaly.FiredAt]);
        Assert.Equal(anomaly.Message, (await OnlyAsync()).Message);
    }

    [Fact]
    public async Task A_look_reads_only_what_came_since_the_one_before()
    {
        const string Loads = "type: anomaly_detector\nname: load\nseries: {series: load}\ndetector: {type: dynamic}\nhistory: 32d";
        await GivenAsync(rule: "");
        var start = new DateTimeOffset(2000, 12, 29, 0, 0, 0, TimeSpan.Zero);
        for (var hour = 0; hour <= 50; hour++)
            await PushAsync("load", start.AddHours(hour), 5 + (hour % 3), "a");
        await DeclareAsync(Loads);
        await Host.Get<RunDetector>().RunAsync(Caller.System, "load", Ct);
        await Database.ExecuteAsync("delete from pushed_points", null, Ct);
        await PushAsync("load", start.AddHours(51), 6, "a");

        var next = Assert.Single(await Host.Get<RunDetector>().RunAsync(Caller.System, "load", Ct));
        await DeclareAsync(Loads + "\nseverity: error");
        await PushAsync("load", start.AddHours(52), 6, "a");
        var afresh = Assert.Single(await Host.Get<RunDetector>().RunAsync(Caller.System, "load", Ct));

        Assert.Equal((6.0, false), (next.Point.Expected, next.Point.Violates));
        Assert.Null(afresh.Point.Expected);
    }

    [Fact]
    public async Task A_backtest_tells_delays_and_false_alarms()
    {
        await GivenAsync(rule: "");
        var start = Time.GetUtcNow();
        foreach (var (hour, value) in new[] { 1.0, 1, 9, 1, 1, 9, 9, 1, 1, 1 }.Index())
            await PushAsync("load", start.AddHours(hour), value);
        var request = new BacktestDetector.Request(
            Definition: "type: anomaly_detector\nname: load\nseries: {series: load}\ndetector: {type: static, above: 5}",
            Wrong: [$"{start.AddHours(4):O}/{start.AddHours(8):O}", $"{start.AddHours(8):O}/{start.AddHours(9):O}"]);

        var report = await Host.Get<BacktestDetector>().RunAsync(Caller.System, request, ReplayProgress.None, Ct);

        Assert.Equal((10, 3, 2), (report.Judged, report.Violations, report.Anomalies.Count));
        Assert.Equal([3600.0, null], report.Detections.Select(detection => detection.DelaySeconds));
        Assert.Equal((1, 1), (report.Missed, report.FalseAlarms));
        Assert.Equal(42, report.FalseAlarmsPerWeek);
        Assert.InRange(report.PerWeekHigh!.Value, 200, 300);
        Assert.Empty(await Host.Get<DetectorStore>().ListAsync(WorkspaceName.Default, Ct));
    }

    [Fact]
    public async Task Each_of_the_series_of_a_name_is_judged_by_itself()
    {
        await GivenAsync(rule: "");
        await DeclareAsync("type: anomaly_detector\nname: load\nseries: {series: load}\ndetector: {type: static, above: 5}");
        await PushAsync("load", Time.GetUtcNow(), 9, "a");
        await PushAsync("load", Time.GetUtcNow(), 1, "b");

        var judged = await Host.Get<RunDetector>().RunAsync(Caller.System, "load", Ct);

        Assert.Equal([("site=a", true), ("site=b", false)], judged.Select(finding => (finding.Subject, finding.Anomalous == true)).Order());
        Assert.Equal("site=a", (await OnlyAsync()).Subject);
    }

    [Fact]
    public async Task Rules_may_look_at_what_a_detector_said()
    {
        await GivenAsync(rule: "");
        await DeclareAsync(Load + "\nalert: false");
        await RuleAsync("type: alert_rule\nname: both\nvalues: {odd: {series: load}, off: {anomaly: load, metric: anomalous}}\nwhen: off == 1 and odd > 10");
        await LoadAsync(9);
        await LoadAsync(8);
        Assert.Empty(await Host.AlertsAsync(null, Ct));

        await PushAsync("load", Time.GetUtcNow(), 11);
        await Host.LookAsync(Ct);

        Assert.Equal("both", (await OnlyAsync()).Rule);
    }

    [Fact]
    public async Task A_detector_that_cannot_look_says_why_and_keeps_no_other_from_looking()
    {
        await GivenAsync(rule: "");
        await DeclareAsync(Load.Replace("name: load", "name: broken", StringComparison.Ordinal));
        await DeclareAsync(Load);
        await Database.ExecuteAsync("update anomaly_detectors set definition = 'type: anomaly_detector' where name = 'broken'", null, Ct);

        await LoadAsync(9);

        Assert.Contains("required and missing", (await Host.Get<DetectorStore>().GetAsync(WorkspaceName.Default, "broken", Ct)).Error, StringComparison.Ordinal);
        Assert.Equal(2, (await PointsAsync("load")).Count);
    }

    [Fact]
    public async Task A_deleted_detector_takes_its_points_along_and_resolves_its_alerts()
    {
        await GivenAsync(rule: "");
        await DeclareAsync(Load.Replace("count: 2, of: 3", "count: 1", StringComparison.Ordinal));
        await LoadAsync(9);
        Assert.Equal(Alert.Firing, (await OnlyAsync()).Status);

        await Host.Get<DeleteDetector>().RunAsync(Caller.System, "load", Ct);

        Assert.Equal(Alert.Resolved, (await OnlyAsync()).Status);
        Assert.Empty(await PointsAsync("load"));
        Assert.Equal(ErrorCode.NotFound, (await Assert.ThrowsAsync<SlipwayException>(() => Host.Get<DeleteDetector>().RunAsync(Caller.System, "load", Ct))).Code);
    }

    [Fact]
    public async Task What_could_never_be_looked_at_is_refused()
    {
        await GivenAsync(rule: "");

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => DeclareAsync(Load.Replace("run: r", "run: other", StringComparison.Ordinal)));

        Assert.Equal(ErrorCode.NotFound, refusal.Code);
    }

    [Fact]
    public async Task A_point_that_comes_again_replaces_the_one_before()
    {
        await GivenAsync(rule: "");
        var at = Time.GetUtcNow();
        await PushAsync("load", at, 1);
        await PushAsync("load", at, 2);

        var series = Assert.Single(await Host.Get<PushedStore>().ListAsync(WorkspaceName.Default, "load", Ct));
        Assert.Equal([2.0], (await Host.Get<PushedStore>().PointsAsync(series.Id, 0, long.MaxValue, 10, Ct)).Select(point => point.Value));
    }

    [Theory]
    [InlineData("load", double.NaN, "points[0]: NaN is not a finite number.")]
    [InlineData("no name", 1, "'no name' is not the name of a series")]
    public async Task A_point_that_is_none_is_refused_and_nothing_is_kept(string name, double value, string told)
    {
        await GivenAsync(rule: "");
        PushPoints.NewPoint[] points = [new(name, value), new("load", 1)];

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => Host.Get<PushPoints>().RunAsync(Caller.System, points, Ct));

        Assert.StartsWith(told, refusal.Message, StringComparison.Ordinal);
        Assert.Empty(await Host.Get<PushedStore>().ListAsync(WorkspaceName.Default, null, Ct));
    }

    [Fact]
    public async Task A_counter_has_a_rate_over_its_window_although_it_starts_anew()
    {
        await GivenAsync(rule: "");
        var start = Time.GetUtcNow();
        foreach (var (minute, value) in new[] { 100.0, 160, 20, 80 }.Index())
            await PushAsync("requests_total", start.AddMinutes(minute), value);
        Time.Advance(TimeSpan.FromMinutes(3));

        var found = await Host.Get<TestRule>().RunAsync(
            Caller.System,
            new TestRule.Request(Definition: "type: alert_rule\nname: r\nvalues: {rate: {series: requests_total, function: rate, window: 5m}}\nwhen: rate > 0\nmessage: '${{rate}}'"),
            Ct);

        Assert.Equal("0.7778", Assert.Single(found).Message);
    }

    private static string VerdictOf(FindingRow row) => row.Anomalous switch { true => "anomaly", false => "ok", _ => "unknown" };

    private static double Usual(int hour) => 50 + (20 * Math.Sin(2 * Math.PI * hour / 24));

    private Task DeclareAsync(string yaml) => Host.Get<CreateDetector>().RunAsync(Caller.System, yaml, Ct);

    private Task<IReadOnlyList<FindingRow>> PointsAsync(string detector) => Host.Get<FindingStore>().ListAsync(WorkspaceName.Default, detector, false, 1000, Ct);

    private Task PushAsync(string name, DateTimeOffset at, double value, string? site = null) => Host.Get<PushPoints>().RunAsync(
        Caller.System, [new PushPoints.NewPoint(name, value, at, site is null ? null : new Dictionary<string, string> { ["site"] = site })], Ct);

    /// <summary>Pushes so many hours of visits, and lets that time pass.</summary>
    private async Task<int> VisitsAsync(int hours)
    {
        var random = new Random(1);
        var site = new Dictionary<string, string> { ["site"] = "a" };
        var start = Time.GetUtcNow();
        await Host.Get<PushPoints>().RunAsync(
            Caller.System,
            [.. Enumerable.Range(1, hours).Select(hour => new PushPoints.NewPoint("visits", Usual(hour) + random.NextDouble(), start.AddHours(hour), site))],
            Ct);
        Time.Advance(TimeSpan.FromHours(hours));
        return hours + 1;
    }
}

public sealed class AnomaliesOnSqlite() : AnomalyContract(DatabaseProvider.Sqlite);

public sealed class AnomaliesOnPostgres() : AnomalyContract(DatabaseProvider.Postgres);
