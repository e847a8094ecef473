using Slipway.Engines.XGBoost;

namespace Slipway.Training.Automl.Learning;

/// <summary>Rows as numbers to learn from, column by column; NaN is missing.</summary>
internal sealed record FeatureTable(IReadOnlyList<string> Names, float[][] Columns)
{
    public int Rows => Columns[0].Length;

    public XgbMatrix Matrix(int threads) => XgbMatrix.FromColumns(
        [.. Columns.Select(column => (ReadOnlyMemory<float>)column)],
        // The engine refuses some characters in names, and they say nothing to it.
        [.. Names.Select((_, at) => new XgbFeature($"f{at}"))],
        threads);
}

/// <summary>What a learner learns from.</summary>
/// <param name="Classes">0: the target is a number, else a class from 0 on.</param>
/// <param name="Weights">Empty: each row counts as much as the others.</param>
internal sealed record LearningSet(FeatureTable Features, double[] Target, float[] Weights, int Classes);
