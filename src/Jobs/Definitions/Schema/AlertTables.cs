using Slipway.Lake.Contracts;
using static Slipway.Jobs.Definitions.Schema.Shapes;

namespace Slipway.Jobs.Definitions.Schema;

/// <summary>Alert rules, and the receivers of their alerts.</summary>
internal static class AlertTables
{
    private static readonly Shape s_duration = Matching(Duration.Pattern(), "a length of time, such as 90s, 15m, 36h or 7d");

    private static readonly Shape s_matchers = new ListShape(Text) { AllowsSingle = true };

    private static readonly Field s_window = F("window", s_duration, "Over which time.");

    private static readonly Dictionary<string, ObjectShape> s_series = new()
    {
        ["monitor"] = Object(
            "a monitor's value",
            F("type", Choice("monitor"), "What this is."),
            Required("monitor", CommonTables.AssetNameText, "The monitor."),
            Required("metric", Text, "The figure: population_stability_index, auc, null_value_rate …"),
            F("signal", Text, "Of this signal; of each when absent."),
            F("feature", Text, "Of this feature; of each when absent."),
            F("segment", Text, "Of this segment, origin=ATL; of each when absent.")),
        ["deployment"] = Object(
            "a deployment's value",
            F("type", Choice("deployment"), "What this is."),
            Required("deployment", Text, "ENDPOINT/DEPLOYMENT, or ENDPOINT for each of its deployments."),
            Required(
                "metric",
                Choice(
                    "requests", "rows", "errors", "dropped", "request_rate", "error_rate", "latency_mean", "latency_p50", "latency_p90", "latency_p95",
                    "latency_p99"),
                "The figure; latencies are milliseconds."),
            F("window", s_duration, "Over which time; 5m when absent.")),
        ["data_test"] = Object(
            "a data test's value",
            F("type", Choice("data_test"), "What this is."),
            Required("data_test", CommonTables.AssetNameText, "The data asset."),
            Required("metric", Choice("passed", "failed", "rows", "quarantined", "failed_rows", "failed_share", "value"), "The figure; the last three of each expectation."),
            F("suite", Text, "By this suite; by each when absent."),
            F("expectation", Text, "Of this expectation; of each when absent.")),
        ["metric"] = new ObjectShape("a metric's value", [
            F("type", Choice("metric"), "What this is."),
            Required("metric", Text, "The key that it is logged by."),
            F("run", Text, "The series of this run."),
            F("experiment", Text, "The last value in each run of this experiment."),
            F("function", Choice("last", "mean", "min", "max", "sum", "change"), "Of the points in the window; last when absent."),
            s_window])
        { Rules = [Rule.ExactlyOne("run", "experiment")] },
        ["series"] = Object(
            "a series' value",
            F("type", Choice("series"), "What this is."),
            Required("series", Text, "The name by which its points are pushed or scraped."),
            F("labels", TextMap, "Of the series with these labels; of each when absent."),
            F("function", Choice("last", "mean", "min", "max", "sum", "change", "rate"), "Of the points in the window; last when absent. rate is of a counter, in a second."),
            s_window),
    };

    private static readonly VariantShape s_value = Variant("a value", new(s_series)
    {
        ["anomaly"] = Object(
            "an anomaly's value",
            F("type", Choice("anomaly"), "What this is."),
            Required("anomaly", CommonTables.AssetNameText, "The anomaly detector."),
            Required("metric", Choice("anomalous", "violations", "score", "value", "expected"), "Of its newest point; anomalous is 1 or 0.")),
    });

    /// <summary>Where a series comes from: what alert rules look at, but for what detectors found.</summary>
    public static VariantShape Series { get; } = Variant("a series", s_series);

    public static ObjectShape AlertRule { get; } = Object(
        "an alert rule",
        CommonTables.Schema,
        Required("type", Choice("alert_rule"), "What this is."),
        Required("name", CommonTables.AssetNameText, "The rule's name."),
        CommonTables.Description,
        F("severity", Choice("info", "warning", "error", "critical"), "How bad it is; warning when absent."),
        F("labels", TextMap, "Free words by name, which matchers can ask for."),
        Required("values", Map(s_value), "What is looked at, by the names that the condition uses."),
        Required("when", Text, "The condition: psi > 0.2 and rows >= 1000, count(psi > 0.2) >= 3."),
        F("for", s_duration, "How long it must hold before the alert fires; at once when absent."),
        F("message", Text, "What the alert says: ${{name}} is a value, ${{labels.name}} a label. The condition with its figures when absent."),
        F("no_data", Choice("keep", "ok", "alert"), "What becomes of its alerts when nothing is known; keep when absent."),
        F("notify", TextList, "Receivers, beside those that match."),
        F(
            "inhibits",
            List(Object(
                "an inhibition",
                Required("match", s_matchers, "Which alerts are not told while one of this rule fires."),
                F("equal", TextList, "Labels in which both agree."))),
            "What need not be told meanwhile."),
        F("incident", Flag, "Whether its alerts open incidents; true when absent."));

    public static ObjectShape Receiver { get; } = new("a receiver", [
        CommonTables.Schema,
        Required("type", Choice("receiver"), "What this is."),
        Required("name", CommonTables.AssetNameText, "The receiver's name."),
        CommonTables.Description,
        F("match", s_matchers, "Which alerts it is told of: severity=critical, monitor=~\"flights.*\". When absent, only of those that name it."),
        F("email", Object("an e-mail channel", Required("to", TextList, "The addresses.")), "E-mail over the server's mail server."),
        F(
            "webhook",
            Object(
                "a webhook channel",
                Required("url", Text, "Where the message is posted."),
                F("secret", Text, "The name of the secret in the vault that signs it.")),
            "A signed POST of JSON."),
        F("alertmanager", Object("an Alertmanager channel", Required("url", Text, "Its address, without /api/v2.")), "Prometheus's Alertmanager."),
        F("group_by", TextList, "Alerts with the same of these labels make one message; rule when absent."),
        F("group_wait", s_duration, "How long a first message waits for company; 30s when absent, 0s for not at all."),
        F("group_interval", s_duration, "How long news of the same group wait; 5m when absent."),
        F("repeat_interval", s_duration, "How often it is reminded of what still fires; 4h when absent."),
        F("send_resolved", Flag, "Whether it is told when alerts are over; true when absent."),
        F(
            "escalate",
            Object(
                "an escalation",
                Required("after", s_duration, "How long an alert fires without being acknowledged."),
                Required("to", CommonTables.AssetNameText, "The receiver that is told then, too.")),
            "Who is told when nobody acknowledges.")])
    {
        Rules = [Rule.ExactlyOne("email", "webhook", "alertmanager")],
    };

    private static VariantShape Variant(string noun, Dictionary<string, ObjectShape> cases)
    {
        // A metric is a field of most of them, and a case of its own only where nothing else tells.
        string[] tell = [.. cases.Keys.Where(key => key != "metric"), "metric"];
        return new VariantShape(noun, "type", cases, map => Array.Find(tell, key => map[key] is not null));
    }
}
