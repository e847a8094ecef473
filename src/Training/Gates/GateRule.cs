using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Kernel;
using Slipway.Training.Steps;

namespace Slipway.Training.Gates;

/// <summary>What a candidate is compared by.</summary>
internal enum GateMetric
{
    Auc,
    Brier,
    LogLoss,
    Accuracy,
}

/// <summary>A condition on the difference to the champion.</summary>
internal sealed record GateRule
{
    private static readonly Dictionary<string, GateMetric> s_metrics = new(StringComparer.OrdinalIgnoreCase)
    {
        ["auc"] = GateMetric.Auc,
        ["brier"] = GateMetric.Brier,
        ["log_loss"] = GateMetric.LogLoss,
        ["accuracy"] = GateMetric.Accuracy,
    };

    private static readonly string[] s_fields = ["metric", "require", "margin", "confidence"];

    public static IReadOnlyList<GateRule> Default { get; } =
    [
        new() { Metric = GateMetric.Brier, MustBeBetter = true },
        new() { Metric = GateMetric.Auc, MustBeBetter = false },
    ];

    public required GateMetric Metric { get; init; }

    /// <summary>True: the whole interval of the improvement lies above the margin. False: it does not lie below −margin as a whole.</summary>
    public required bool MustBeBetter { get; init; }

    public double Margin { get; init; }

    public double Confidence { get; init; } = 0.95;

    public string MetricName => Name(Metric);

    public string Require => MustBeBetter ? "better" : "not_worse";

    public static string Name(GateMetric metric) => s_metrics.First(pair => pair.Value == metric).Key;

    public static IReadOnlyList<GateRule> ReadAll(IReadOnlyList<JsonNode?> items)
    {
        if (items.Count == 0)
            return Default;
        GateRule[] rules = [.. items.Select(Read)];
        return rules.CountBy(rule => rule.Metric).FirstOrDefault(count => count.Value > 1) is { Value: > 1, Key: var twice }
            ? throw SlipwayException.Invalid($"Two rules compare {Name(twice)}; keep the stricter one.")
            : rules;
    }

    private static GateRule Read(JsonNode? item)
    {
        if (item is not JsonObject map)
            throw SlipwayException.Invalid($"The rule '{item}' under compare is no map; write {{metric: brier, require: better}}.");
        if (map.Select(pair => pair.Key).FirstOrDefault(key => !s_fields.Contains(key)) is { } unknown)
            throw SlipwayException.Invalid($"A rule has no field '{unknown}'.{Nearest.Hint(unknown, s_fields)} Known: {string.Join(", ", s_fields)}.");

        var fields = new StepFields(map);
        var metric = fields.Text("metric");
        var require = fields.Text("require");
        return new GateRule
        {
            Metric = s_metrics.TryGetValue(metric, out var known) ? known : throw SlipwayException.Invalid(
                $"'{metric}' cannot be compared.{Nearest.Hint(metric, s_metrics.Keys)} Known: {string.Join(", ", s_metrics.Keys)}."),
            MustBeBetter = require is "better" or "not_worse" ? require == "better" : throw SlipwayException.Invalid(
                $"A rule requires '{require}'; known: better, not_worse."),
            Margin = fields.Number("margin", 0, 0, 1),
            Confidence = fields.Number("confidence", 0.95, 0.5, 0.9999),
        };
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{MetricName} {Require}{(Margin > 0 ? $" by {Margin}" : "")} at {Confidence:0.##%}");
}
