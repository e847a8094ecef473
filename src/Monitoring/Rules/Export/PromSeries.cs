using System.Globalization;
using Slipway.Kernel;
using Slipway.Monitoring.Runs;
using Slipway.Statistics.Drift;
using Slipway.Statistics.Quality;

namespace Slipway.Monitoring.Rules.Export;

/// <summary>What a rule looks at, as series of <c>/metrics</c>.</summary>
internal static class PromSeries
{
    private static readonly TimeSpan s_window = TimeSpan.FromMinutes(5);

    /// <summary>Null: it is not among the metrics.</summary>
    public static Part? Of(WorkspaceName workspace, WatchedValue value) => value.Type switch
    {
        "monitor" => Monitor(workspace, value),
        "deployment" => Deployment(workspace, value),
        _ => null,
    };

    /// <summary>{workspace="default",monitor="flights"}; what is null is left out.</summary>
    public static string Selector(params IEnumerable<(string Name, string? Value)> labels) =>
        $"{{{string.Join(',', labels.Where(label => label.Value is not null).Select(label => $"{label.Name}=\"{Escaped(label.Value!)}\""))}}}";

    // Several servers tell the same.
    private static Part Monitor(WorkspaceName workspace, WatchedValue value)
    {
        var free = new[] { ("signal", value.Signal), ("feature", value.Feature), ("segment", value.Segment) }.Where(one => one.Item2 is null).Select(one => one.Item1);
        string[] by = ["workspace", .. free];
        var selector = Selector(
            ("workspace", workspace.Value), ("monitor", value.Monitor), ("metric", value.Metric), ("signal", value.Signal), ("feature", value.Feature), ("segment", value.Segment));
        var kind = new PartKind("monitor", $"{value.Monitor}/{value.Signal}/{value.Feature}/{value.Segment}/{Family(value.Metric)}");
        return new Part($"max by ({string.Join(", ", by)}) ({MonitoringGauges.Value}{selector})", kind, by);
    }

    // Figures of one family are told for the same features and segments of a signal.
    private static string Family(string metric) => DriftStatistics.ByName.Find(metric) switch
    {
        IRowStatistic => "rows",
        not null => "columns",
        null => QualityStatistics.ByName.Find(metric) is null ? "answers" : "quality",
    };

    private static Part Deployment(WorkspaceName workspace, WatchedValue value)
    {
        string[] by = ["workspace", "endpoint", "deployment"];
        var (endpoint, deployment) = value.Deployment!.Split('/', 2) is [var whole, var one] ? (whole, one) : (value.Deployment, null);
        var selector = Selector(("workspace", workspace.Value), ("endpoint", endpoint), ("deployment", deployment));
        var window = Seconds(value.Window ?? s_window);
        return new Part(
            value.Metric switch
            {
                "requests" or "rows" or "errors" or "dropped" => Sum("increase", $"{value.Metric}_total"),
                "request_rate" => Sum("rate", "requests_total"),
                "error_rate" => $"({Sum("rate", "errors_total")} / {Sum("rate", "requests_total")})",
                "latency_mean" => $"(1000 * {Sum("rate", "latency_seconds_sum")} / {Sum("rate", "latency_seconds_count")})",
                _ => $"(1000 * histogram_quantile(0.{value.Metric["latency_p".Length..]}, {Sum("rate", "latency_seconds_bucket", "le, ")}))",
            },
            new PartKind("deployment", value.Deployment!),
            by);

        string Sum(string function, string counter, string also = "") =>
            $"sum by ({also}{string.Join(", ", by)}) ({function}(slipway_serving_{counter}{selector}[{window}]))";
    }

    public static string Seconds(TimeSpan length) => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, (long)length.TotalSeconds)}s");

    private static string Escaped(string text) => text
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal);
}
