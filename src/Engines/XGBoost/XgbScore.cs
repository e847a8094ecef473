using System.Globalization;
using Slipway.Kernel;

namespace Slipway.Engines.XGBoost;

/// <summary>The value of one metric on one watched set after one round.</summary>
public sealed record XgbScore(string Set, string Metric, double Value)
{
    private static readonly string[] s_largerIsBetter = ["auc", "aucpr", "pre", "map", "ndcg", "interval-regression-accuracy"];

    /// <summary>
    /// Reads <c>[3]\ttrain-auc:0.93\ttrain-logloss:0.4\tvalid-auc:0.9\tvalid-logloss:0.5</c>: every set has the same metrics,
    /// set after set. Both parts of a name may hold '-', so the place decides which set it is.
    /// </summary>
    internal static IReadOnlyList<XgbScore> Parse(string line, IReadOnlyList<string> sets)
    {
        var tokens = line.Split('\t')[1..];
        if (tokens.Length == 0 || tokens.Length % sets.Count != 0)
            throw new SlipwayException(ErrorCode.EngineFailed, $"XGBoost: unexpected evaluation '{line}'.");

        var scores = new List<XgbScore>(tokens.Length);
        for (var i = 0; i < tokens.Length; i++)
        {
            var set = sets[i / (tokens.Length / sets.Count)];
            var colon = tokens[i].LastIndexOf(':');
            scores.Add(new XgbScore(set, tokens[i][(set.Length + 1)..colon], ParseValue(tokens[i][(colon + 1)..])));
        }

        return scores;
    }

    /// <summary>Whether a larger value of the metric is a better one.</summary>
    public static bool IsBetterLarger(string metric) =>
        metric is not "mape" && s_largerIsBetter.Any(name =>
            metric == name || metric.StartsWith(name + "@", StringComparison.Ordinal) || metric == name + "-");

    private static double ParseValue(string text) => text switch
    {
        "inf" => double.PositiveInfinity,
        "-inf" => double.NegativeInfinity,
        "nan" or "-nan" => double.NaN,
        _ => double.Parse(text, CultureInfo.InvariantCulture),
    };
}
