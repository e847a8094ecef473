using Slipway.Data;
using Slipway.Kernel;
using Slipway.Monitoring.Anomalies;
using Slipway.Monitoring.Backtests.Runs;
using Slipway.Monitoring.Contracts;
using Slipway.Monitoring.Rules;
using Slipway.Monitoring.Rules.Sources;
using Slipway.Serving.Contracts;
using Xunit;

namespace Slipway.Storage.Monitoring;

public abstract class DeploymentValueContract(DatabaseProvider provider) : AlertContract(provider)
{
    [Fact]
    public async Task The_counters_of_all_processes_that_serve_a_deployment_are_one()
    {
        await GivenAsync(rule: "");
        var other = AnotherServer();
        await CountAsync(Host, Counts("one", requests: 100, errors: 0, fast: 100));
        await CountAsync(other, Counts("two", requests: 100, errors: 30, fast: 60, slow: 10));
        await CountAsync(Host, Counts("one", requests: 200, errors: 0, fast: 200));

        Assert.Equal(0.1, await ValueAsync("error_rate"), 1e-12);
        Assert.Equal(1.0, await ValueAsync("request_rate"), 1e-12);
        Assert.Equal(30, await ValueAsync("errors"));

        // 270 answers: 260 within 0.1 ms, 10 between 0.5 and 1 s.
        Assert.Equal(0.05 * 135 / 130, await ValueAsync("latency_p50"), 1e-9);
        Assert.Equal(500 + (500 * ((0.99 * 270) - 260) / 10), await ValueAsync("latency_p99"), 1e-9);
    }

    [Fact]
    public async Task Without_requests_there_is_no_share_of_errors_and_what_no_data_means_is_for_the_rule_to_say()
    {
        const string Errors = "type: alert_rule\nname: errors\nvalues: {rate: {deployment: flights/blue, metric: error_rate}}\nwhen: rate > 0.1\n";
        await GivenAsync(rule: Errors);
        await CountAsync(Host, Counts("one", requests: 10, errors: 9, fast: 1));
        await Host.LookAsync(Ct);

        await LookAsync(TimeSpan.FromHours(1));
        Assert.Equal(Alert.Firing, (await OnlyAsync()).Status);
        await RuleAsync(Errors + "no_data: ok");
        await LookAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(Alert.Resolved, (await OnlyAsync()).Status);
        await RuleAsync(Errors + "no_data: alert");
        await LookAsync(TimeSpan.FromMinutes(1));

        Assert.Equal("errors: nothing is known of rate.", (await OnlyAsync("open")).Message);
        await CountAsync(Host, Counts("one", requests: 20, errors: 9, fast: 11));
        await LookAsync(TimeSpan.FromSeconds(15));
        Assert.Empty(await Host.AlertsAsync("open", Ct));
    }

    [Fact]
    public async Task The_counters_of_deployments_are_played_too()
    {
        await GivenAsync(rule: "");
        await CountAsync(Host, Counts("one", requests: 100, errors: 0, fast: 100));
        Time.Advance(TimeSpan.FromHours(1));
        await CountAsync(Host, Counts("one", requests: 200, errors: 90, fast: 110));
        Time.Advance(TimeSpan.FromHours(1));
        await CountAsync(Host, Counts("one", requests: 300, errors: 90, fast: 210));

        var report = await Host.Get<BacktestRule>().RunAsync(
            Caller.System,
            new BacktestRule.Request(Definition: "type: alert_rule\nname: e\nvalues: {rate: {deployment: flights/blue, metric: error_rate}}\nwhen: rate > 0.5\nno_data: ok"),
            ReplayProgress.None,
            Ct);

        var alert = Assert.Single(report.Alerts);
        Assert.InRange((alert.Until - alert.FiredAt)!.Value, TimeSpan.FromMinutes(4.5), TimeSpan.FromMinutes(5.5));
    }

    [Fact]
    public async Task However_long_the_history_there_is_a_moment_at_each_distance_that_is_asked_for()
    {
        await GivenAsync(rule: "");
        await CountAsync(Host, Counts("one", requests: 300, errors: 0, fast: 300));
        Time.Advance(TimeSpan.FromDays(28));
        await CountAsync(Host, Counts("one", requests: 900, errors: 0, fast: 900));

        var minutes = await HistoryAsync(TimeSpan.FromMinutes(1));
        var windows = await HistoryAsync(TimeSpan.FromHours(1));

        Assert.Equal((28 * 24 * 60) + 1, minutes.Count);
        Assert.All(minutes.Zip(minutes.Skip(1)), pair => Assert.Equal(TimeSpan.FromMinutes(1), pair.Second.At - pair.First.At));
        Assert.Equal(5 * 300.0, minutes.Take(minutes.Count - 1).Sum(moment => moment.Figures[0].Value));
        Assert.Equal(900.0, windows.Sum(moment => moment.Figures[0].Value));
    }

    [Fact]
    public async Task A_deployment_that_nobody_asks_any_more_is_seen_to_be_idle_and_each_minute_is_judged_once()
    {
        await GivenAsync(rule: "");
        await Host.Get<CreateDetector>().RunAsync(
            Caller.System,
            "type: anomaly_detector\nname: quiet\nseries: {deployment: flights/blue, metric: requests, window: 1m}\nevery: 1m\nhistory: 1d\ndetector: {type: static, below: 1}",
            Ct);
        await CountAsync(Host, Counts("one", requests: 100, errors: 0, fast: 100));
        await LookAsync(TimeSpan.Zero);
        for (var minute = 0; minute < 3; minute++)
            await LookAsync(TimeSpan.FromMinutes(1));

        var points = await Host.Get<FindingStore>().ListAsync(WorkspaceName.Default, "quiet", onlyAnomalous: false, 10, Ct);
        Assert.Equal([(3, 0.0), (2, 0.0), (1, 0.0), (0, 100.0)], points.Select(point => (point.At.ToTime().Minute, point.Value)));
        Assert.Equal(Alert.Firing, (await OnlyAsync()).Status);
    }

    private Task<IReadOnlyList<Moment>> HistoryAsync(TimeSpan every) => Source.HistoryAsync(
        Caller.System, new WatchedValue { Type = "deployment", Deployment = "flights/blue", Metric = "requests" },
        new TimeWindow(DateTimeOffset.UnixEpoch, Time.GetUtcNow().AddDays(1)), every, Ct);

    private IAlertSource Source => Host.Get<IEnumerable<IAlertSource>>().Single(source => source.Name == "deployment");

    private async Task<double> ValueAsync(string metric) => (await Source.LatestAsync(
        Caller.System, new WatchedValue { Type = "deployment", Deployment = "flights/blue", Metric = metric }, Time.GetUtcNow(), Ct))[0].Value!.Value;

    private async Task CountAsync(MonitoringHost host, DeploymentCounts counts)
    {
        host.Counts.All.Clear();
        host.Counts.All.Add(counts);
        await host.Get<DeploymentSampler>().LookAsync(Ct);
    }

    private static DeploymentCounts Counts(string loading, int requests, int errors, int fast, int slow = 0) => new()
    {
        Workspace = WorkspaceName.Default,
        Endpoint = "flights",
        Deployment = "blue",
        Loading = loading,
        Requests = requests,
        Rows = requests,
        Errors = errors,
        Dropped = 0,
        Seconds = 1,
        Latencies = [.. DeploymentCounts.LatencyBounds.Select(bound => (long)(bound < 1 ? fast : fast + slow)), fast + slow],
    };
}

public sealed class DeploymentValueOnSqlite() : DeploymentValueContract(DatabaseProvider.Sqlite);

public sealed class DeploymentValueOnPostgres() : DeploymentValueContract(DatabaseProvider.Postgres);
