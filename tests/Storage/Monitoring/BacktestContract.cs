using Slipway.Data;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Monitoring.Backtests;
using Slipway.Monitoring.Backtests.Runs;
using Slipway.Monitoring.Runs;
using Slipway.Serving.Contracts;
using Slipway.Shared;
using Xunit;
using static Slipway.Storage.Monitoring.MonitorBed;

namespace Slipway.Storage.Monitoring;

/// <summary>The past through monitors and policies.</summary>
public abstract class BacktestContract(DatabaseProvider provider) : DatabaseContract(provider)
{
    private const string Drift =
        """
        name: flights
        create_monitor:
          monitoring_target: {endpoint_deployment_id: "azureml:flights"}
          monitoring_signals:
            inputs: {type: data_drift, features: [hour, origin], metric_thresholds: {numerical: {two_sample_kolmogorov_smirnov_test: 0.05}, categorical: {pearsons_chi_squared_test: 0.05}}}
        """;

    private const string Quality =
        """
        name: flights
        create_monitor:
          monitoring_target: {endpoint_deployment_id: "azureml:flights"}
          monitoring_signals:
            inputs: {type: data_drift, features: [hour, origin], metric_thresholds: {numerical: {population_stability_index: 0.2}}}
            quality: {type: model_performance}
        """;

    private const string Policy =
        """
        type: retraining
        name: flights
        monitor: flights
        model: late
        triggers:
          drift: true
          performance: {metric: brier, maximum_drop: 0.2}
        budget: {jobs: 3, period: P700D}
        """;

    private static readonly HistorySource s_history = new("history:1", "at", "late", "score");

    private MonitoringHost _host = null!;

    protected override IEnumerable<IMigrations> Modules => MonitoringHost.Migrations;

    [Fact]
    public async Task A_change_is_detected_with_its_delay_and_nothing_before_it()
    {
        await GivenAsync(hour: "case when i // 500 < 8 then i % 24 else i % 12 end");

        var report = await MonitorAsync(new BacktestMonitor.Request(Definition: Drift, History: s_history, Changes: [Week(8).From], Window: "P7D", Before: "P28D"));

        var signal = Assert.Single(report.Signals);
        Assert.Equal((8, 4, 1, 0), (signal.Measured, signal.Alarms, signal.Episodes, signal.FalseAlarms));
        Assert.Equal(new MonitorBacktest.Detection(Week(8).From, Week(8).To, 7), Assert.Single(signal.Detections));
        Assert.Equal(["inputs"], report.Windows[4].Alarms);
        Assert.Contains("hour two_sample_kolmogorov_smirnov_test", report.Windows[4].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_that_is_missed_has_no_delay()
    {
        await GivenAsync();

        var report = await MonitorAsync(new BacktestMonitor.Request(Definition: Drift, History: s_history, Changes: [Week(9).From]));

        Assert.Equal(new MonitorBacktest.Detection(Week(9).From, null, null), Assert.Single(Assert.Single(report.Signals).Detections));
    }

    [Fact]
    public async Task Rows_whose_times_are_drawn_anew_alarm_at_most_as_often_as_is_stated()
    {
        await GivenAsync(hour: "hash(i) % 1000003", origin: "chr((65 + hash(i + 7) % 5)::int)", weeks: 24);

        var report = await MonitorAsync(new BacktestMonitor.Request(Definition: Drift, History: s_history, Shuffles: 10));

        // Two families at 0.05 each; of 200 windows, two standard errors more than that would be no chance.
        var signal = Assert.Single(report.Signals);
        Assert.Equal((200, 0.1), (signal.ShuffledMeasured, signal.StatedRate));
        Assert.InRange(signal.FalseAlarmRate!.Value, 0.02, 0.1 + (2 * Math.Sqrt(0.1 * 0.9 / 200)));
    }

    [Fact]
    public async Task A_real_change_does_not_show_once_times_are_drawn_anew()
    {
        await GivenAsync(hour: "case when i // 500 < 8 then i % 24 else i % 12 end");

        var report = await MonitorAsync(new BacktestMonitor.Request(Definition: Drift, History: s_history, Shuffles: 3));

        var signal = Assert.Single(report.Signals);
        Assert.Equal(4, signal.Alarms);
        Assert.InRange(signal.FalseAlarmRate!.Value, 0, 0.1);
    }

    [Fact]
    public async Task What_an_endpoint_collected_is_replayed_against_the_training_profile()
    {
        await GivenAsync();
        await _host.DeclareAsync(Drift.Replace("metric_thresholds: {numerical: {two_sample_kolmogorov_smirnov_test: 0.05}, categorical: {pearsons_chi_squared_test: 0.05}}", "metric_thresholds: {numerical: {jensen_shannon_distance: 0.2}}", StringComparison.Ordinal), Ct);
        var all = new TimeWindow(Week(0).From, Week(6).To);
        _host.Collected.Windows[all] = Answers(hour: "case when i < 800 then i % 24 else i % 6 end", rows: 1400)
            .Replace("timestamptz '2001-01-08 00:00:00+00'", "timestamptz '2001-01-01 00:00:00+00' + to_days((i // 200 * 7)::int)", StringComparison.Ordinal);

        var report = await MonitorAsync(new BacktestMonitor.Request("flights", From: all.From, To: all.To, Before: "P7D"));

        Assert.Equal([0, 0, 0, 1, 1, 1], report.Windows.Select(window => window.Alarms.Count));
        Assert.Contains("the training data of model:late@1", report.Windows[5].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_that_trains_when_the_world_changes_beats_a_frozen_model()
    {
        await GivenAsync(late: "(case when i // 500 < 7 then hash(i) % 24 >= 12 else hash(i) % 24 < 12 end)::int", hour: "hash(i) % 24", weeks: 16);

        var report = await RetrainingAsync(new BacktestRetraining.Request(
            Definition: Policy, MonitorDefinition: Quality, History: s_history, Learns: "P14D", Rounds: 20, Depth: 3));

        Assert.Equal(("brier", 12), (report.Metric, report.Windows.Count));
        Assert.True(report.Gated < report.Frozen * 0.7, $"gated {report.Gated}, frozen {report.Frozen}");
        Assert.InRange(report.Promotions, 1, 3);
        Assert.Equal(report.Retrainings, report.Promotions + report.Rejections);
        var first = report.Windows.First(window => window.Retrain);
        Assert.Equal(Week(7).From, first.From);
        Assert.Contains("brier", first.Decision, StringComparison.Ordinal);
        Assert.StartsWith("Rejected: brier gain", first.Gate, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_world_that_stays_is_left_alone()
    {
        await GivenAsync(late: "(hash(i) % 24 >= 12)::int", hour: "hash(i) % 24");

        var report = await RetrainingAsync(new BacktestRetraining.Request(
            Definition: Policy, MonitorDefinition: Quality, History: s_history, Rounds: 20, Depth: 3));

        Assert.Equal((0, report.Frozen), (report.Retrainings, report.Gated));
        Assert.All(report.Windows, window => Assert.StartsWith("Not needed: ", window.Decision, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_budget_ends_a_loop_that_would_never_stop()
    {
        await GivenAsync(weeks: 16);
        var always = Policy.Replace("drift: true", "age: P1D", StringComparison.Ordinal);

        var report = await RetrainingAsync(new BacktestRetraining.Request(
            Definition: always, MonitorDefinition: Quality, History: s_history, Rounds: 5, Depth: 2));

        // The first model is the first of three.
        Assert.Equal(2, report.Retrainings);
        Assert.EndsWith("but the budget of 3 trainings in 700 days is used up.", report.Windows[^1].Decision, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_of_it_is_kept()
    {
        await GivenAsync(hour: "case when i // 500 < 8 then i % 24 else i % 12 end");
        await _host.DeclareAsync(Quality, Ct);
        await _host.DeclarePolicyAsync(Policy, Ct);

        await MonitorAsync(new BacktestMonitor.Request("flights", History: s_history));
        await RetrainingAsync(new BacktestRetraining.Request("flights", History: s_history, Rounds: 5));

        Assert.Empty(await _host.Get<RunStore>().ListAsync(WorkspaceName.Default, "flights", 10, Ct));
        Assert.Empty(_host.Heard.All);
        Assert.Equal(0, _host.Jobs.Calls);
    }

    [Theory]
    [InlineData("att", "late", "P7D", "has no column 'att'. Did you mean 'at'?")]
    [InlineData(null, "late", "P7D", "Name the column with the time of each row")]
    [InlineData("at", "lte", "P7D", "has no column 'lte'. Did you mean 'late'?")]
    [InlineData("at", "late", "week", "'window' is 'week'; a length of time is written as P7D")]
    [InlineData("at", "late", "PT1M", "more than 1000 windows")]
    [InlineData("at", "late", "P70D", "shorten 'before'")]
    public async Task What_cannot_be_replayed_is_told(string? time, string target, string window, string expected)
    {
        await GivenAsync();

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => MonitorAsync(
            new BacktestMonitor.Request(Definition: Drift, History: new HistorySource("history:1", time, target), Window: window)));

        Assert.Equal(ErrorCode.InvalidParameter, refusal.Code);
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_needs_labels_to_be_replayed()
    {
        await GivenAsync();

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => RetrainingAsync(
            new BacktestRetraining.Request(Definition: Policy, MonitorDefinition: Quality, History: new HistorySource("history:1", "at"))));

        Assert.Contains("target_column", refusal.Message, StringComparison.Ordinal);
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _host.DisposeAsync();
        await base.DisposeAsync();
    }

    private Task<MonitorBacktest> MonitorAsync(BacktestMonitor.Request request) =>
        _host.Get<BacktestMonitor>().RunAsync(Caller.System, request, ReplayProgress.None, Ct);

    private Task<RetrainingBacktest> RetrainingAsync(BacktestRetraining.Request request) =>
        _host.Get<BacktestRetraining>().RunAsync(Caller.System, request, ReplayProgress.None, Ct);

    /// <summary>500 rows a week; i counts them.</summary>
    private async Task GivenAsync(
        string hour = "i % 24", string origin = "chr((65 + i % 5)::int)", string late = "(i % 24 >= 12)::int", int weeks = 12)
    {
        _host = new MonitoringHost(Database, Folder, Time);
        await _host.RegisterAsync(Profile(), Ct);
        var file = Path.Combine(Folder, "history.parquet");
        using (var connection = _host.Get<ILakeTables>().Connect())
        {
            connection.Execute(
                $"""
                 copy (select timestamp '2001-01-01' + to_minutes((i * 20)::int) + to_minutes(((i // 500) * 80)::int) as at, {hour} as hour, {origin} as origin,
                              {late} as late, ((i % 10) / 10.0)::double as score
                       from range({500 * weeks}) t(i)) to '{file}' (format parquet)
                 """,
                Ct);
        }

        var blob = await _host.Content.PutBytesAsync(await File.ReadAllBytesAsync(file, Ct), Ct);
        var tree = await _host.Content.PutTreeAsync([new TreeEntry("part.parquet", blob.Digest, blob.Size)], Ct);
        await _host.Get<IDataAssets>().CreateAsync(
            Caller.System, new NewDataVersion { Name = AssetName.Parse("history"), Version = "1", Tree = tree.Digest }, Ct);
    }
}

public sealed class BacktestOnSqlite() : BacktestContract(DatabaseProvider.Sqlite);

public sealed class BacktestOnPostgres() : BacktestContract(DatabaseProvider.Postgres);
