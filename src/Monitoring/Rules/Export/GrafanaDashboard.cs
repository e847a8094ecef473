using System.Text.Json.Nodes;
using Slipway.Monitoring.Runs;

namespace Slipway.Monitoring.Rules.Export;

/// <summary>A dashboard over <c>/metrics</c>, as Grafana imports it. It is the same for every server.</summary>
internal static class GrafanaDashboard
{
    private const int Width = 12;
    private const int Height = 8;

    private static readonly (string Title, string Unit, string Expression, string Legend)[] s_panels =
    [
        ("Requests per second", "reqps", "sum by (endpoint, deployment) (rate(slipway_serving_requests_total[5m]))", "{{endpoint}}/{{deployment}}"),
        ("Share of errors", "percentunit", "sum by (endpoint, deployment) (rate(slipway_serving_errors_total[5m])) / sum by (endpoint, deployment) (rate(slipway_serving_requests_total[5m]))", "{{endpoint}}/{{deployment}}"),
        ("Latency, 99th percentile", "s", "histogram_quantile(0.99, sum by (le, endpoint, deployment) (rate(slipway_serving_latency_seconds_bucket[5m])))", "{{endpoint}}/{{deployment}}"),
        ("Figures of monitors, as parts of their limits", "percentunit", $"max by (monitor, signal, feature, metric) ({MonitoringGauges.Value} / ({MonitoringGauges.Threshold} != 0))", "{{monitor}} {{feature}} {{metric}}"),
        ("Figures beyond their limits", "short", $"sum by (monitor, signal) ({MonitoringGauges.Crossed})", "{{monitor}}/{{signal}}"),
        ("Alerts", "short", $"sum by (severity, status) ({MonitoringGauges.Alerts})", "{{severity}} {{status}}"),
        ("Incidents", "short", "sum by (severity, status) (slipway_incidents)", "{{severity}} {{status}}"),
        ("Decisions of retraining policies", "short", "sum by (policy, retrain) (slipway_retraining_decisions)", "{{policy}} retrain={{retrain}}"),
        ("Jobs that are not over", "short", "sum by (status) (slipway_jobs{status!~\"Completed|Failed|Canceled\"})", "{{status}}"),
        ("Work that waits", "s", "max by (kind) (slipway_queue_oldest_seconds)", "{{kind}}"),
        ("Deliveries", "short", "sum by (state) (slipway_deliveries)", "{{state}}"),
        ("Content", "bytes", "max by (referenced) (slipway_content_bytes)", "referenced={{referenced}}"),
    ];

    public static JsonObject Create() => new()
    {
        ["title"] = "Slipway",
        ["uid"] = "slipway",
        ["schemaVersion"] = 38,
        ["refresh"] = "30s",
        ["time"] = new JsonObject { ["from"] = "now-6h", ["to"] = "now" },
        ["templating"] = new JsonObject
        {
            ["list"] = new JsonArray(new JsonObject { ["name"] = "datasource", ["label"] = "Prometheus", ["type"] = "datasource", ["query"] = "prometheus" }),
        },
        ["panels"] = new JsonArray([.. s_panels.Select((panel, i) => Panel(panel, i))]),
    };

    /// <summary>What the panels ask Prometheus.</summary>
    public static IEnumerable<string> Expressions => s_panels.Select(panel => panel.Expression);

    private static JsonObject Panel((string Title, string Unit, string Expression, string Legend) panel, int number) => new()
    {
        ["id"] = number + 1,
        ["type"] = "timeseries",
        ["title"] = panel.Title,
        ["datasource"] = Source(),
        ["gridPos"] = new JsonObject { ["x"] = number % 2 * Width, ["y"] = number / 2 * Height, ["w"] = Width, ["h"] = Height },
        ["fieldConfig"] = new JsonObject { ["defaults"] = new JsonObject { ["unit"] = panel.Unit, ["min"] = 0 }, ["overrides"] = new JsonArray() },
        ["targets"] = new JsonArray(new JsonObject { ["refId"] = "A", ["datasource"] = Source(), ["expr"] = panel.Expression, ["legendFormat"] = panel.Legend }),
    };

    private static JsonObject Source() => new() { ["type"] = "prometheus", ["uid"] = "${datasource}" };
}
