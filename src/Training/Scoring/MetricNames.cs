using System.Text.Json.Nodes;
using Slipway.Statistics;

namespace Slipway.Training.Scoring;

/// <summary>The figures of an evaluation as runs, reports and evidence call them.</summary>
internal static class MetricNames
{
    public static IReadOnlyList<KeyValuePair<string, double>> Of(BinaryMetrics metrics) =>
    [
        new("rows", metrics.Rows),
        new("positives", metrics.Positives),
        new("auc", metrics.Auc),
        new("brier", metrics.Brier),
        new("log_loss", metrics.LogLoss),
        new("accuracy", metrics.Accuracy),
        new("precision", metrics.Precision),
        new("recall", metrics.Recall),
        new("f1", metrics.F1),
        new("average_precision", metrics.AveragePrecision),
        new("calibration_error", metrics.Calibration),
    ];

    /// <summary>A figure that the rows do not define is null.</summary>
    public static JsonObject Json(BinaryMetrics metrics) => new(Of(metrics).Select(pair =>
        KeyValuePair.Create<string, JsonNode?>(pair.Key, double.IsFinite(pair.Value) ? JsonValue.Create(pair.Value) : null)));
}
