using System.Globalization;
using System.Text;
using Slipway.Tracking.Contracts;
using Slipway.Training.Automl.Search;

namespace Slipway.Training.Automl.Results;

/// <summary>The trials with the best first, for reading.</summary>
internal static class Leaderboard
{
    public const string MetricParam = "primary_metric";

    private const int Most = 20;

    public static string Text(IReadOnlyList<TrialResult> results, PrimaryMetric metric)
    {
        var text = new StringBuilder().AppendLine().AppendLine(CultureInfo.InvariantCulture, $"rank  trial  {metric.Name,-36}  algorithm");
        var ranked = results.Where(result => !double.IsNaN(result.ValueOf(metric))).OrderBy(result => metric.Loss(result.ValueOf(metric))).ToList();
        foreach (var (at, result) in ranked.Take(Most).Index())
        {
            var parameters = string.Join(" ", result.Trial.Learner.Describe(result.Trial.Point).Select(pair => $"{pair.Key}={pair.Value}"));
            text.AppendLine(CultureInfo.InvariantCulture,
                $"{at + 1,4}  {result.Trial.Number,5}  {result.ValueOf(metric),-36:0.000000}  {result.Trial.Learner.Name} {parameters}");
        }

        var failed = results.Count(result => result.Status != RunStatus.Finished);
        if (ranked.Count > Most || failed > 0)
            text.AppendLine(CultureInfo.InvariantCulture, $"{results.Count} trials in all, {failed} of which did not end well.");
        return text.AppendLine().ToString();
    }
}
