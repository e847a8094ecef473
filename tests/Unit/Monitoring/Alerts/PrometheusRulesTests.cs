using System.Globalization;
using System.Text;
using Slipway.Kernel;
using Slipway.Monitoring.Definitions;
using Slipway.Monitoring.Rules;
using Slipway.Monitoring.Rules.Export;
using Slipway.Shared;
using Xunit;

namespace Slipway.Unit.Monitoring.Alerts;

public sealed class PrometheusRulesTests : IDisposable
{
    private const string Values =
        """
        psi: {monitor: flights, signal: inputs, metric: population_stability_index}
          jsd: {monitor: flights, signal: inputs, metric: jensen_shannon_distance}
          brier: {monitor: flights, signal: quality, metric: brier}
          errors: {deployment: flights/blue, metric: error_rate, window: 10m}
          slow: {deployment: flights/blue, metric: latency_p99}
          load: {metric: load, run: r1}
        """;

    private const string Psi = "max by (workspace, feature, segment) (slipway_monitoring_value{workspace=\"default\",monitor=\"flights\",metric=\"population_stability_index\",signal=\"inputs\"})";

    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("psi > 0.25", $"({Psi} > 0.25)")]
    [InlineData("not (psi > 0.25)", $"({Psi} <= 0.25)")]
    [InlineData("count(psi > 0.25) >= 3", $"(sum by (workspace) (({Psi} > bool 0.25)) >= 3)")]
    [InlineData("any(psi > 0.25)", $"(max by (workspace) (({Psi} > bool 0.25)) == 1)")]
    [InlineData("psi > 3 * avg(psi)", $"({Psi} > on (workspace) group_left () (3 * avg by (workspace) ({Psi})))")]
    public void A_condition_over_figures_of_monitors_is_said_in_PromQL(string when, string expected) =>
        Assert.Equal(expected, PromQl.Of(WorkspaceName.Default, Rule(when)));

    [Theory]
    [InlineData("load > 3")]
    [InlineData("psi > 0.2 and brier > 0.2")]
    [InlineData("psi > brier")]
    [InlineData("count(psi > 0.2 and jsd > 0.1) > 1")]
    public void What_Prometheus_could_not_say_alike_is_left_to_Slipways_own_alerts(string when)
    {
        var rule = Rule(when);

        Assert.Null(PromQl.Of(WorkspaceName.Default, rule));
        Assert.Contains("(slipway_alerts{workspace=\\u0022default\\u0022,rule=\\u0022r\\u0022,status=\\u0022firing\\u0022}) \\u003E 0", PrometheusRules.Of(WorkspaceName.Default, [], [rule]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_exported_rules_fire_in_Prometheus_when_they_should()
    {
        var monitor = MonitorReader.Read("name: flights\ncreate_monitor: {monitoring_target: {endpoint_deployment_id: 'azureml:flights'}, monitoring_signals: {inputs: {type: data_drift}}}", "m.yml");
        AlertRule[] rules = [Rule("psi > 0.25 or errors > 0.1", "drift", "10m"), Rule("slow > 20", "slow", null), Rule("load > 3", "load", "5m")];
        await File.WriteAllTextAsync(_folder.File("rules.yml"), PrometheusRules.Of(WorkspaceName.Default, [monitor], rules), Ct);
        await File.WriteAllTextAsync(_folder.File("tests.yml"), Stories, Ct);

        await Promtool.AcceptsRulesAsync(_folder.File("rules.yml"), Ct);
        await Promtool.PassesTestsAsync(_folder.File("tests.yml"), Ct);
    }

    [Fact]
    public async Task Of_any_condition_Prometheus_thinks_as_Slipway_does()
    {
        var random = new Random(7);
        var tests = new StringBuilder("evaluation_interval: 1m\ntests:\n");
        var told = 0;
        for (var i = 0; i < 300; i++)
        {
            var rule = Rule(Condition(random, 3));
            var figures = new[] { "psi", "jsd" }.ToDictionary(name => name, _ => (IReadOnlyList<Figure>)[.. new[] { "a", "b", "c" }.Select(feature => Figure(feature, random))]);
            if (PromQl.Of(WorkspaceName.Default, rule) is not { } translated)
                continue;
            told++;
            var fires = RuleConditions.Of(rule, figures).Any(condition => condition.Holds == true);
            tests.Append("- interval: 1m\n  input_series:\n");
            foreach (var (name, metric) in new[] { ("psi", "population_stability_index"), ("jsd", "jensen_shannon_distance") })
            {
                foreach (var figure in figures[name].Where(figure => figure.Value is not null))
                    tests.Append(CultureInfo.InvariantCulture, $"  - series: 'slipway_monitoring_value{{workspace=\"default\",monitor=\"flights\",signal=\"inputs\",metric=\"{metric}\",feature=\"{figure.Dimensions["feature"]}\"}}'\n    values: '{figure.Value}'\n");
            }

            tests.Append(CultureInfo.InvariantCulture, $"  - series: 'any'\n    values: '1'\n  promql_expr_test:\n  - expr: '(count({translated}) > bool 0) or vector(0)'\n    eval_time: 0m\n    exp_samples: [{{labels: '{{}}', value: {(fires ? 1 : 0)}}}]\n");
        }

        await File.WriteAllTextAsync(_folder.File("tests.yml"), tests.ToString(), Ct);

        Assert.InRange(told, 150, 300);
        await Promtool.PassesTestsAsync(_folder.File("tests.yml"), Ct);
    }

    [Fact]
    public async Task The_dashboard_asks_what_Prometheus_can_answer()
    {
        var rules = new StringBuilder("groups:\n- name: panels\n  rules:\n");
        foreach (var (expression, i) in GrafanaDashboard.Expressions.Select((expression, i) => (expression, i)))
            rules.Append(CultureInfo.InvariantCulture, $"  - record: panel:{i}\n    expr: '{expression}'\n");
        await File.WriteAllTextAsync(_folder.File("panels.yml"), rules.ToString(), Ct);

        await Promtool.AcceptsRulesAsync(_folder.File("panels.yml"), Ct);
        Assert.All(GrafanaDashboard.Create()["panels"]!.AsArray(), panel => Assert.Single(panel!["targets"]!.AsArray()));
    }

    private const string Stories =
        """
        rule_files: [rules.yml]
        evaluation_interval: 1m
        tests:
        - interval: 1m
          input_series:
          - series: 'slipway_disk_free_bytes{instance="a"}'
            values: '1e12x60'
          - series: 'slipway_monitoring_value{workspace="default",monitor="flights",signal="inputs",metric="population_stability_index",feature="hour"}'
            values: '0.1x9 0.3x50'
          - series: 'slipway_monitoring_crossed{workspace="default",monitor="flights",signal="inputs",metric="population_stability_index",feature="hour"}'
            values: '0x9 1x50'
          - series: 'slipway_alerts{workspace="default",rule="load",severity="warning",status="firing"}'
            values: '_x29 1x30'
          alert_rule_test:
          - {eval_time: 15m, alertname: drift, exp_alerts: []}
          - eval_time: 30m
            alertname: drift
            exp_alerts:
            - exp_labels: {workspace: default, severity: warning, feature: hour, team: a}
              exp_annotations: {summary: 'drift: psi > 0.25 or errors > 0.1'}
          - {eval_time: 5m, alertname: monitor/flights/inputs, exp_alerts: []}
          - eval_time: 15m
            alertname: monitor/flights/inputs
            exp_alerts:
            - exp_labels: {workspace: default, severity: warning, monitor: flights, signal: inputs}
              exp_annotations: {summary: 'Signal inputs of monitor flights is beyond its limits.'}
          - {eval_time: 20m, alertname: load, exp_alerts: []}
          - eval_time: 35m
            alertname: load
            exp_alerts:
            - exp_labels: {workspace: default, severity: warning, rule: load, team: a}
              exp_annotations: {summary: 'load: load > 3'}
          - {eval_time: 30m, alertname: SlipwayAway, exp_alerts: []}
        - interval: 1m
          input_series:
          - series: 'slipway_serving_requests_total{workspace="default",endpoint="flights",deployment="blue"}'
            values: '0+60x60'
          - series: 'slipway_serving_errors_total{workspace="default",endpoint="flights",deployment="blue"}'
            values: '0+12x60'
          - series: 'slipway_serving_latency_seconds_bucket{workspace="default",endpoint="flights",deployment="blue",le="0.01"}'
            values: '0+30x60'
          - series: 'slipway_serving_latency_seconds_bucket{workspace="default",endpoint="flights",deployment="blue",le="0.05"}'
            values: '0+60x60'
          - series: 'slipway_serving_latency_seconds_bucket{workspace="default",endpoint="flights",deployment="blue",le="+Inf"}'
            values: '0+60x60'
          alert_rule_test:
          - eval_time: 30m
            alertname: drift
            exp_alerts:
            - exp_labels: {workspace: default, severity: warning, endpoint: flights, deployment: blue, team: a}
              exp_annotations: {summary: 'drift: psi > 0.25 or errors > 0.1'}
          - eval_time: 30m
            alertname: slow
            exp_alerts:
            - exp_labels: {workspace: default, severity: warning, endpoint: flights, deployment: blue, team: a}
              exp_annotations: {summary: 'slow: slow > 20'}
          - eval_time: 30m
            alertname: SlipwayAway
            exp_alerts:
            - exp_labels: {workspace: default, severity: critical}
              exp_annotations: {summary: 'No server of Slipway tells its metrics.'}
        """;

    private static AlertRule Rule(string when, string name = "r", string? wait = null) => AlertRule.Read(
        $"type: alert_rule\nname: {name}\nlabels: {{team: a}}\nvalues:\n  {Values}\nwhen: \"{when}\"\n{(wait is null ? "" : $"for: {wait}\n")}", "r.yml");

    // Eighths, so that no sum depends on its order.
    private static Figure Figure(string feature, Random random) => new()
    {
        Dimensions = new Dictionary<string, string> { ["feature"] = feature },
        Labels = new Dictionary<string, string>(),
        Value = random.Next(5) == 0 ? null : random.Next(-4, 5) / 8.0,
        From = DateTimeOffset.UnixEpoch,
        To = DateTimeOffset.UnixEpoch,
        Evidence = "",
        Origin = "",
    };

    private static string Condition(Random random, int depth) => random.Next(depth > 0 ? 6 : 2) switch
    {
        2 => $"({Condition(random, depth - 1)} and {Condition(random, depth - 1)})",
        3 => $"({Condition(random, depth - 1)} or {Condition(random, depth - 1)})",
        4 => $"not ({Condition(random, depth - 1)})",
        5 => $"{(random.Next(2) == 0 ? "any" : "all")}({Pick(random, "psi", "jsd")} {Sign(random)} {Number(random, 1)})",
        _ => Comparison(random),
    };

    private static string Comparison(Random random) => $"{Number(random, 2)} {Sign(random)} {Number(random, 1)}";

    private static string Sign(Random random) => Pick(random, ">", ">=", "<", "<=", "==", "!=");

    private static string Number(Random random, int depth) => random.Next(depth > 0 ? 6 : 3) switch
    {
        0 => "psi",
        1 => "jsd",
        2 => Pick(random, "0.125", "0.25", "0"),
        3 => $"{Pick(random, "max", "min", "sum", "avg")}({Pick(random, "psi", "jsd")})",
        4 => $"count({Pick(random, "psi", "jsd")} > {Pick(random, "0", "0.125")})",
        _ => $"({Number(random, depth - 1)} {Pick(random, "+", "-", "*", "/")} {Number(random, depth - 1)})",
    };

    private static string Pick(Random random, params string[] from) => from[random.Next(from.Length)];
}
