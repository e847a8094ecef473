using Slipway.Engines.XGBoost;
using Slipway.Statistics.Drift;
using Slipway.Training.Features;
using Slipway.Training.Tables;

namespace Slipway.Training.Export;

/// <summary>Profiles the rows that a model learned from, and what it says about them.</summary>
internal static class RowsProfile
{
    public static TrainingProfile Of(XgbBooster booster, IReadOnlyList<Feature> features, TrainingRows rows)
    {
        using var matrix = FeatureMatrix.Create(features, rows.Columns);
        var scores = booster.Predict(matrix);
        var hasClock = rows.HasClock && rows.Times.Length > 0;
        return new TrainingProfile(
            rows.Count,
            [.. rows.Columns.Select(Of)],
            scores.Length == rows.Count ? OfNumbers("score", scores) : null,
            hasClock ? Time(rows.Times.Min()) : null,
            // The end is no longer part of the window.
            hasClock ? Time(rows.Times.Max() + 1) : null);
    }

    public static FeatureProfile Of(FeatureColumn column)
    {
        if (column.Numbers is { } numbers)
            return OfNumbers(column.Name, numbers.Span);
        if (column.Instants is { } instants)
            return FeatureProfile.OfNumbers(column.Name, instants.ToArray());

        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        long nulls = 0;
        foreach (var text in column.Texts!)
        {
            if (text is null)
                nulls++;
            else
                counts[text] = counts.GetValueOrDefault(text) + 1;
        }

        return FeatureProfile.OfCategories(column.Name, counts, nulls);
    }

    private static FeatureProfile OfNumbers(string name, ReadOnlySpan<float> values)
    {
        var doubles = new double[values.Length];
        for (var i = 0; i < doubles.Length; i++)
            doubles[i] = values[i];
        return FeatureProfile.OfNumbers(name, doubles);
    }

    private static DateTimeOffset Time(double micros) => DateTimeOffset.UnixEpoch.AddTicks((long)micros * TimeSpan.TicksPerMicrosecond);
}
