using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Slipway.Kernel;
using Slipway.Monitoring.Alerts;
using Slipway.Monitoring.Definitions;
using Slipway.Monitoring.Runs;

namespace Slipway.Monitoring.Rules.Export;

/// <summary>A file of alerting rules for Prometheus; its strings are written as JSON's, which are YAML's, too.</summary>
internal static class PrometheusRules
{
    // What nobody would be told of by Slipway itself.
    private static readonly Rule[] s_own =
    [
        new("SlipwayAway", "absent(slipway_disk_free_bytes)", "300s", "critical", "No server of Slipway tells its metrics."),
        new("SlipwayDeliveriesGivenUp", "sum by (workspace) (slipway_deliveries{state=\"dead\"}) > 0", "0s", "warning", "Deliveries were given up: slipway delivery list."),
        new("SlipwayWorkWaits", "max by (kind) (slipway_queue_oldest_seconds) > 900", "300s", "warning", "Work of kind {{ $labels.kind }} waits, and no worker takes it."),
        new("SlipwayDiskFull", "min(slipway_disk_free_bytes) < 2147483648", "300s", "critical", "The disk of the server's home has less than 2 GiB left."),
        new("SlipwayAlertRulesBroken", "sum by (workspace) (slipway_alert_rules_broken) > 0", "300s", "warning", "Alert rules cannot be looked at: slipway alert-rule list."),
    ];

    public static string Of(WorkspaceName workspace, IEnumerable<MonitorDefinition> monitors, IEnumerable<AlertRule> rules)
    {
        var text = new StringBuilder("# Written by Slipway: slipway monitor export-rules. Changes are lost when it is written again.\ngroups:\n");
        if (workspace == WorkspaceName.Default)
            Write(text, "slipway", workspace, s_own);
        Write(text, $"slipway/{workspace}/monitors", workspace, monitors.SelectMany(monitor => monitor.Signals.Where(signal => signal.AlertEnabled).Select(signal => Of(workspace, monitor, signal))));
        Write(text, $"slipway/{workspace}/rules", workspace, rules.Select(rule => Of(workspace, rule)));
        return text.ToString();
    }

    private static Rule Of(WorkspaceName workspace, MonitorDefinition monitor, SignalDefinition signal)
    {
        var selector = PromSeries.Selector(("workspace", workspace.Value), ("monitor", monitor.Name), ("signal", signal.Name));
        return new Rule(
            MonitorAlerts.RuleOf(monitor.Name, signal.Name),
            $"max by (workspace, monitor, signal) ({MonitoringGauges.Crossed}{selector}) == 1",
            "0s",
            "warning",
            $"Signal {signal.Name} of monitor {monitor.Name} is beyond its limits.");
    }

    // What cannot be said in PromQL is what Slipway itself says, which waits by itself.
    private static Rule Of(WorkspaceName workspace, AlertRule rule)
    {
        var translated = PromQl.Of(workspace, rule);
        var own = $"max by (workspace, rule) ({MonitoringGauges.Alerts}{PromSeries.Selector(("workspace", workspace.Value), ("rule", rule.Name), ("status", "firing"))}) > 0";
        return new Rule(
            rule.Name, translated ?? own, translated is null || rule.ForText is null ? "0s" : PromSeries.Seconds(rule.Wait), rule.Severity, Plain(rule.Description ?? $"{rule.Name}: {rule.When}"))
        {
            Labels = rule.Labels,
        };
    }

    private static void Write(StringBuilder text, string group, WorkspaceName workspace, IEnumerable<Rule> rules)
    {
        var lines = rules.ToList();
        text.Append(CultureInfo.InvariantCulture, $"- name: {Quoted(group)}\n  rules:{(lines.Count == 0 ? " []" : "")}\n");
        foreach (var rule in lines)
        {
            text.Append(CultureInfo.InvariantCulture, $"  - alert: {Quoted(rule.Name)}\n    expr: {Quoted(rule.Expression)}\n    for: {rule.For}\n    labels:\n");
            foreach (var (name, value) in rule.Labels.Append(new("workspace", workspace.Value)).Append(new("severity", rule.Severity)).DistinctBy(label => LabelName(label.Key)))
                text.Append(CultureInfo.InvariantCulture, $"      {LabelName(name)}: {Quoted(Plain(value))}\n");
            text.Append(CultureInfo.InvariantCulture, $"    annotations:\n      summary: {Quoted(rule.Summary)}\n");
        }
    }

    private static string Quoted(string text) => JsonValue.Create(text).ToJsonString();

    // Braces would begin a template.
    private static string Plain(string text) => text.Replace("{{", "{ {", StringComparison.Ordinal);

    private static string LabelName(string name)
    {
        var legal = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c == '_' ? c : '_'));
        return legal.Length > 0 && !char.IsAsciiDigit(legal[0]) ? legal : $"_{legal}";
    }

    private sealed record Rule(string Name, string Expression, string For, string Severity, string Summary)
    {
        public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
    }
}
