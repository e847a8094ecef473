using Slipway.Data;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Lake.Tests;
using Slipway.Monitoring.Alerts;
using Slipway.Monitoring.Backtests.Runs;
using Slipway.Monitoring.Contracts;
using Slipway.Monitoring.Rules;
using Xunit;

namespace Slipway.Storage.Monitoring;

public abstract class AlertRuleContract(DatabaseProvider provider) : AlertContract(provider)
{
    [Fact]
    public async Task A_condition_must_hold_for_its_time_before_the_alert_fires()
    {
        await GivenAsync(Rule + "\nfor: 10m");

        await LoadAsync(9);
        Assert.Equal(Alert.Pending, (await OnlyAsync()).Status);
        await LookAsync(TimeSpan.FromMinutes(9));
        Assert.Equal(Alert.Pending, (await OnlyAsync()).Status);
        await LookAsync(TimeSpan.FromMinutes(1));

        var fired = await OnlyAsync();
        Assert.Equal((Alert.Firing, TimeSpan.FromMinutes(10)), (fired.Status, fired.FiredAt - fired.OpenedAt));
        Assert.Equal("load: load > 5: load is 9 in metric load (last of 1) of run r at 2001-01-01T00:01:00Z.", fired.Message);
        await LoadAsync(1);
        Assert.Equal(Alert.Resolved, (await OnlyAsync()).Status);
    }

    [Fact]
    public async Task A_condition_that_ends_before_its_time_leaves_nothing()
    {
        await GivenAsync(Rule + "\nfor: 10m");

        await LoadAsync(9);
        await LoadAsync(1);
        await LoadAsync(9, TimeSpan.FromMinutes(20));

        Assert.Equal(Alert.Pending, (await OnlyAsync()).Status);
    }

    [Fact]
    public async Task What_was_resolved_by_hand_comes_back_only_once_its_condition_has_ended()
    {
        await GivenAsync();
        await LoadAsync(9);

        await Host.Get<SteerAlert>().ResolveAsync(new Caller(WorkspaceName.Default, "system"), (await OnlyAsync()).Id, Ct);
        await LoadAsync(10);
        Assert.Equal((Alert.Resolved, "system"), ((await OnlyAsync()).Status, (await OnlyAsync()).ResolvedBy));
        await LoadAsync(1);
        await LoadAsync(9);

        Assert.Equal(Alert.Firing, (await OnlyAsync("open")).Status);
    }

    [Fact]
    public async Task A_rule_that_cannot_be_looked_at_says_why_and_keeps_no_other_from_being_looked_at()
    {
        await GivenAsync(Rule);
        await RuleAsync("type: alert_rule\nname: errors\nvalues: {rate: {deployment: flights, metric: error_rate}}\nwhen: rate > 0");
        await Database.ExecuteAsync("update alert_rules set definition = 'type: alert_rule' where name = 'errors'", null, Ct);

        await LoadAsync(9);

        Assert.Equal("load", (await OnlyAsync()).Rule);
        Assert.Contains("required and missing", (await Host.Get<RuleStore>().GetAsync(WorkspaceName.Default, "errors", Ct)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_figures_of_a_monitor_make_an_alert_for_each_feature_that_tells_the_cause()
    {
        await GivenAsync(rule: "");
        await MonitorAsync();
        await RuleAsync(
            """
            type: alert_rule
            name: drift
            severity: critical
            labels: {team: flights}
            values: {psi: {monitor: flights, signal: inputs, metric: population_stability_index}}
            when: psi > 0.1
            """);
        Host.Collected.Windows[MonitorBed.Week(1)] = MonitorBed.Answers(hour: "i % 12");

        var run = await Host.RunAsync(MonitorBed.Week(1), Ct);
        await Host.LookAsync(Ct);

        var alert = (await Host.AlertsAsync(null, Ct)).Single(known => known.Rule == "drift");
        Assert.Equal(("feature=hour", "critical", run.Node), (alert.Subject, alert.Severity, alert.Evidence));
        Assert.Equal(["endpoint=flights", "feature=hour", "model=late", "monitor=flights", "rule=drift", "severity=critical", "signal=inputs", "team=flights"],
            alert.Labels.Select(label => $"{label.Key}={label.Value}").Order(StringComparer.Ordinal));
        Assert.StartsWith("drift: psi > 0.1: psi is ", alert.Message, StringComparison.Ordinal);
        Assert.EndsWith(
            "(feature=hour) in signal inputs of monitor flights over 2001-01-08 to 2001-01-15, answers of model:late@1 against its reference.", alert.Message, StringComparison.Ordinal);
        Assert.Equal(MonitorBed.Week(1).From, alert.Since);
    }

    [Fact]
    public async Task A_condition_may_count_features()
    {
        await GivenAsync(rule: "");
        await MonitorAsync();
        Host.Collected.Windows[MonitorBed.Week(1)] = MonitorBed.Answers(hour: "i % 12");
        await Host.RunAsync(MonitorBed.Week(1), Ct);
        const string Counting = "type: alert_rule\nname: many\nvalues: {psi: {monitor: flights, metric: population_stability_index}}\nwhen: count(psi > 0.1) >= LEAST";

        var one = await TestAsync(Counting.Replace("LEAST", "1", StringComparison.Ordinal));
        var two = await TestAsync(Counting.Replace("LEAST", "2", StringComparison.Ordinal));

        Assert.Equal((true, ""), (Assert.Single(one).Holds, one[0].Subject));
        Assert.False(Assert.Single(two).Holds);
    }

    [Fact]
    public async Task A_test_of_data_that_fails_makes_an_alert()
    {
        await GivenAsync("type: alert_rule\nname: bad-data\nvalues: {failed: {data_test: raw, metric: failed}}\nwhen: failed > 0");
        await TestedAsync(passed: true);
        await Host.LookAsync(Ct);
        Assert.Empty(await Host.AlertsAsync(null, Ct));

        await TestedAsync(passed: false);
        await Host.LookAsync(Ct);

        var alert = await OnlyAsync();
        Assert.Equal(("data:raw@1", "suite=flights"), (alert.Evidence, alert.Subject));
        await TestedAsync(passed: true);
        await Host.LookAsync(Ct);
        Assert.Equal(Alert.Resolved, (await OnlyAsync()).Status);
    }

    [Fact]
    public async Task A_metric_of_an_experiment_is_that_of_its_newest_run()
    {
        await GivenAsync(rule: "");
        await Host.LogAsync("older", 1, Ct);
        Time.Advance(TimeSpan.FromMinutes(1));
        await Host.LogAsync("newer", 9, Ct);

        var found = await TestAsync("type: alert_rule\nname: x\nvalues: {load: {metric: load, experiment: loads}}\nwhen: load > 5");

        Assert.Equal((true, "run:newer"), (Assert.Single(found).Holds, found[0].Evidence));
    }

    [Theory]
    [InlineData("last", 4, true)]
    [InlineData("mean", 5, true)]
    [InlineData("max", 9, true)]
    [InlineData("min", 2, true)]
    [InlineData("sum", 15, true)]
    [InlineData("change", -5, true)]
    [InlineData("mean", 5, false)]
    public async Task A_metric_can_be_looked_at_over_a_window(string function, double worth, bool inTime)
    {
        await GivenAsync(rule: "");
        foreach (var load in new[] { 9, 2, 4 })
            await LoadAsync(load, TimeSpan.FromMinutes(4));
        if (!inTime)
            Time.Advance(TimeSpan.FromHours(1));

        var found = await TestAsync(
            $"type: alert_rule\nname: x\nvalues: {{load: {{metric: load, run: r, function: {function}, window: 10m}}}}\nwhen: load == {worth}");

        Assert.Equal(inTime ? [true] : [], found.Select(condition => condition.Holds));
    }

    [Fact]
    public async Task Deleting_a_rule_resolves_its_alerts()
    {
        await GivenAsync();
        await LoadAsync(9);

        await Host.Get<DeleteRule>().RunAsync(Caller.System, "load", Ct);

        Assert.Equal(Alert.Resolved, (await OnlyAsync()).Status);
        var gone = await Assert.ThrowsAsync<SlipwayException>(() => Host.Get<DeleteRule>().RunAsync(Caller.System, "load", Ct));
        Assert.Equal("Alert rule 'load' does not exist.", gone.Message);
    }

    [Theory]
    [InlineData("values: {a: {monitor: nobody, metric: auc}}", "Monitor 'nobody' does not exist.")]
    [InlineData("values: {a: {deployment: nothing/blue, metric: rows}}", "Endpoint 'nothing' does not exist.")]
    [InlineData("values: {a: {deployment: flights/green, metric: rows}}", "Deployment 'flights/green' does not exist.")]
    [InlineData("values: {a: {metric: x, run: none}}", "Run 'none' does not exist.")]
    [InlineData("values: {a: {metric: load, run: r}}\nnotify: [nobody]", "Receiver 'nobody' does not exist.")]
    public async Task A_rule_over_what_does_not_exist_is_refused(string fields, string told)
    {
        await GivenAsync(rule: "");

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => RuleAsync($"type: alert_rule\nname: x\nwhen: a > 1\n{fields}"));

        Assert.Equal(told, refusal.Message);
    }

    [Fact]
    public async Task A_rule_is_played_over_what_was_kept_and_its_alerts_delays_and_false_alarms_are_told()
    {
        await GivenAsync(rule: "");
        foreach (var load in new[] { 1, 9, 1, 9, 9, 9, 9, 1 })
            await LoadAsync(load, TimeSpan.FromMinutes(10));

        var report = await Host.Get<BacktestRule>().RunAsync(
            Caller.System,
            new BacktestRule.Request(Definition: Rule + "\nfor: 15m", Wrong: ["2001-01-01T00:35:00Z/2001-01-01T01:20:00Z", "2001-01-02T00:00:00Z"]),
            ReplayProgress.None,
            Ct);

        // The load of 00:20 lasts ten minutes only; that of 00:40 fires after fifteen, and ends at 01:20.
        var alert = Assert.Single(report.Alerts);
        var midnight = new DateTimeOffset(2001, 1, 1, 0, 0, 0, TimeSpan.Zero);
        Assert.Equal((midnight.AddMinutes(40), midnight.AddMinutes(55), midnight.AddMinutes(80)), (alert.Since, alert.FiredAt, alert.Until));
        Assert.Equal((9, 1, 0), (report.Looks, report.Missed, report.FalseAlarms));
        Assert.Equal([1200.0, null], report.Detections.Select(detection => detection.DelaySeconds));
        Assert.Empty(await Host.AlertsAsync(null, Ct));
    }

    private Task<IReadOnlyList<Condition>> TestAsync(string yaml) => Host.Get<TestRule>().RunAsync(Caller.System, new TestRule.Request(Definition: yaml), Ct);

    private async Task TestedAsync(bool passed)
    {
        Time.Advance(TimeSpan.FromMinutes(1));
        var result = new ExpectationResult
        {
            Name = "late",
            Expect = "not_null",
            Severity = "error",
            OnFail = "report",
            Evaluated = 10,
            Failed = passed ? 0 : 3,
            Share = passed ? 0 : 0.3,
            Passed = passed,
            Blocks = false,
            Message = "",
        };
        var tree = await Host.Content.PutTreeAsync([], Ct);
        await Host.Get<DataTestRuns>().SaveAsync(
            Caller.System, AssetName.Parse("raw"), "1", tree.Digest, new DataTestReport { Suite = "flights", Rows = 10, Quarantined = 0, Expectations = [result] }, Ct);
    }

    private async Task MonitorAsync()
    {
        await Host.RegisterAsync(MonitorBed.Profile(), Ct);
        await Host.DeclareAsync(
            """
            name: flights
            create_monitor:
              monitoring_target: {ml_task: classification, endpoint_deployment_id: "azureml:flights"}
              monitoring_signals:
                inputs: {type: data_drift, alert_enabled: false, metric_thresholds: {numerical: {population_stability_index: 0.2}, categorical: {population_stability_index: 0.2}}}
            """,
            Ct);
    }
}

public sealed class AlertRuleOnSqlite() : AlertRuleContract(DatabaseProvider.Sqlite);

public sealed class AlertRuleOnPostgres() : AlertRuleContract(DatabaseProvider.Postgres);
