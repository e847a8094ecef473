using Slipway.Statistics;
using Slipway.Statistics.Drift;

namespace Slipway.Monitoring.Measures;

/// <summary>
/// How well trees tell rows of the window from rows of the reference, as the AUC on rows that they did not learn from (two
/// folds): 0.5 when nothing changed, 1 when every row can be told.
/// </summary>
internal sealed class DomainClassifier : IRowStatistic
{
    private const int Rounds = 40;

    public string Name => "domain_classifier_auc";

    public bool IsPValue => false;

    public bool Suits(FeatureType type) => true;

    public double Measure(IReadOnlyList<double[]> reference, IReadOnlyList<double[]> current)
    {
        if (reference.Count == 0 || reference[0].Length < 4 || current[0].Length < 4)
            return double.NaN;
        return (Auc(reference, current, 0) + Auc(reference, current, 1)) / 2;
    }

    private static double Auc(IReadOnlyList<double[]> reference, IReadOnlyList<double[]> current, int fold)
    {
        var (rows, sides) = Rows(reference, current, 1 - fold);
        using var learned = Surrogate.Matrix(rows);
        learned.SetLabel(Array.ConvertAll(sides, side => side ? 1f : 0f));
        using var booster = Surrogate.Train(learned, "binary:logistic", Rounds);
        (rows, sides) = Rows(reference, current, fold);
        using var unseen = Surrogate.Matrix(rows);
        return BinaryMetrics.Of(Array.ConvertAll(booster.Predict(unseen), score => (double)score), sides).Auc;
    }

    private static (double[][] Rows, bool[] Sides) Rows(IReadOnlyList<double[]> reference, IReadOnlyList<double[]> current, int fold) => (
        [.. reference.Select((column, i) => Half(column, fold).Concat(Half(current[i], fold)).ToArray())],
        [.. Half(reference[0], fold).Select(_ => false), .. Half(current[0], fold).Select(_ => true)]);

    private static IEnumerable<double> Half(double[] column, int fold) => column.Where((_, row) => row % 2 == fold);
}

/// <summary>The statistics of whole rows.</summary>
internal static class RowStatistics
{
    public static IReadOnlyList<IRowStatistic> All { get; } = [.. DriftStatistics.All.OfType<IRowStatistic>(), new DomainClassifier()];
}
