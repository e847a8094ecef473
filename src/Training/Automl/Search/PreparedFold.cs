using Slipway.Statistics.Scores;
using Slipway.Training.Automl.Encoding;
using Slipway.Training.Automl.Forecasting;
using Slipway.Training.Automl.Learning;
using Slipway.Training.Automl.Tables;

namespace Slipway.Training.Automl.Search;

/// <summary>A fold with its features: made once, learned from by all trials.</summary>
internal sealed record PreparedFold
{
    public required IReadOnlyList<Encoder> Encoders { get; init; }

    public required LearningSet Train { get; init; }

    public required FeatureTable Valid { get; init; }

    public required double[] Truth { get; init; }

    public required double Range { get; init; }

    public static PreparedFold Of(AutomlData data, AutomlSettings settings, SeriesPlan? series, Fold fold)
    {
        var valid = data.Rows.Take(fold.Valid);
        var (encoders, train) = Learn(data, settings, series, data.Rows.Take(fold.Train));
        return new PreparedFold
        {
            Encoders = encoders,
            Train = train,
            Valid = Pipeline.Table(encoders, encoder => encoder.Encode(valid)),
            Truth = valid.Target,
            Range = data.Range,
        };
    }

    /// <summary>The encoders of rows, and the rows as what is learned from.</summary>
    public static (IReadOnlyList<Encoder> Encoders, LearningSet Set) Learn(AutomlData data, AutomlSettings settings, SeriesPlan? series, AutomlRows rows)
    {
        var encoders = FeaturePlan.Fit(rows, data.Columns, settings.Featurization, data.ClassCount, series);
        return (encoders, new LearningSet(
            Pipeline.Table(encoders, encoder => encoder.EncodeOwn(rows)), rows.Target, rows.Weights, data.ClassCount));
    }

    public IReadOnlyDictionary<string, double> Score(double[] predicted) => Score(Truth, predicted, Train.Classes, Range);

    public static IReadOnlyDictionary<string, double> Score(double[] truth, double[] predicted, int classes, double range) => classes == 0
        ? RegressionScores.Of(truth, predicted, range)
        : ClassificationScores.Of(Array.ConvertAll(truth, label => (int)label), predicted, classes);
}
