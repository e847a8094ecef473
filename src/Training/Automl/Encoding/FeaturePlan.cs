using Slipway.Training.Automl.Forecasting;
using Slipway.Training.Automl.Tables;
using Slipway.Training.Features;

namespace Slipway.Training.Automl.Encoding;

/// <summary>Fits an encoder for each column, on the rows that are learned from and no others.</summary>
internal static class FeaturePlan
{
    private const int MostOneHot = 20;
    private const int MostClassesForMeans = 10;

    public static IReadOnlyList<Encoder> Fit(AutomlRows rows, IReadOnlyList<LearnedColumn> columns, Featurization featurization, int classes, SeriesPlan? series)
    {
        var plain = columns.Where(column => series?.TimeColumn != column.Name);
        var encoders = plain.Select(column => Fit(rows, column, featurization, classes, mayMean: series is null)).ToList();
        return series is null ? encoders : [.. encoders, .. SeriesEncoders.Fit(series, rows)];
    }

    // A mean over all rows would tell a row of a series what comes after it.
    private static Encoder Fit(AutomlRows rows, LearnedColumn column, Featurization featurization, int classes, bool mayMean) => column.Kind switch
    {
        ColumnKind.Numeric => Number(rows.Column(column.Name), column.Name, featurization),
        ColumnKind.DateTime => DateEncoder.Fit(column.Name, rows),
        _ => Category(rows, column.Name, featurization, classes, mayMean),
    };

    private static NumberEncoder Number(FeatureColumn column, string name, Featurization featurization)
    {
        var values = column.Numbers!.Value.Span;
        var missing = 0;
        foreach (var value in values)
            missing += float.IsNaN(value) ? 1 : 0;
        return new NumberEncoder(name)
        {
            Fill = Imputed(featurization, name)?.Of(name, values),
            TellsMissing = featurization.IsOn && !featurization.Blocked.Contains("ImputationMarker") && missing > 0 && missing < values.Length,
        };
    }

    private static Encoder Category(AutomlRows rows, string name, Featurization featurization, int classes, bool mayMean)
    {
        if (Imputed(featurization, name) is { } imputation)
        {
            var fill = imputation.Of(name, rows.Column(name).Texts!);
            var filled = FilledEncoder.Fill(rows, name, fill);
            return new FilledEncoder(Plain(filled, name, featurization, classes, mayMean), name, fill);
        }

        return Plain(rows, name, featurization, classes, mayMean);
    }

    // What is filled forward has been filled before, series by series.
    private static Imputation? Imputed(Featurization featurization, string name) =>
        featurization.Imputations.TryGetValue(name, out var imputation) && imputation.Strategy != Imputation.Forward ? imputation : null;

    private static Encoder Plain(AutomlRows rows, string name, Featurization featurization, int classes, bool mayMean)
    {
        var texts = rows.Column(name).Texts!;
        var categories = texts.CountBy(text => text ?? "", StringComparer.Ordinal)
            .OrderByDescending(count => count.Value).ThenBy(count => count.Key, StringComparer.Ordinal).Select(count => count.Key).ToList();
        if (categories.Count <= MostOneHot && !featurization.Blocked.Contains("OneHotEncoder"))
            return new OneHotEncoder(name, categories);
        return mayMean && classes <= MostClassesForMeans && !featurization.Blocked.Contains("CatTargetEncoder")
            ? MeanEncoder.Fit(name, rows, classes)
            : new RankEncoder(OrdinalEncoder.Fit(name, texts));
    }
}
