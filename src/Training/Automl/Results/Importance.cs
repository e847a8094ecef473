using System.Text.Json.Serialization;
using Slipway.Training.Automl.Encoding;
using Slipway.Training.Automl.Learning;
using Slipway.Training.Automl.Search;

namespace Slipway.Training.Automl.Results;

/// <summary>How much worse the primary metric gets when the values of a column are shuffled among the rows (Breiman, 2001).</summary>
/// <param name="Mean">Over the shuffles; above zero: the column helps.</param>
internal sealed record Importance(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("mean")] double Mean,
    [property: JsonPropertyName("sd")] double Deviation)
{
    private const int Seed = 7;
    private const int Shuffles = 5;
    private const int MostRows = 5_000;

    /// <summary>On rows that the model has not learned from; the most important first.</summary>
    public static IReadOnlyList<Importance> Of(PreparedFold fold, FittedModel model, PrimaryMetric metric, CancellationToken ct)
    {
        var random = new Random(Seed);
        var rows = Enumerable.Range(0, fold.Truth.Length).ToArray();
        random.Shuffle(rows);
        rows = rows[..Math.Min(MostRows, rows.Length)];
        var truth = Array.ConvertAll(rows, row => fold.Truth[row]);
        var features = fold.Valid with { Columns = Array.ConvertAll(fold.Valid.Columns, column => Array.ConvertAll(rows, row => column[row])) };
        double Loss(FeatureTable table) => metric.Loss(
            PreparedFold.Score(truth, model.Predict(table), fold.Train.Classes, fold.Range).GetValueOrDefault(metric.Name, double.NaN));

        var before = Loss(features);
        var found = new List<Importance>();
        var first = 0;
        foreach (var encoder in fold.Encoders)
        {
            ct.ThrowIfCancellationRequested();
            var losses = Enumerable.Range(0, Shuffles).Select(_ => Loss(Shuffled(features, first, encoder, random)) - before).ToArray();
            var mean = losses.Average();
            found.Add(new Importance(encoder.Name, mean, Math.Sqrt(losses.Sum(loss => (loss - mean) * (loss - mean)) / (Shuffles - 1))));
            first += encoder.Features.Count;
        }

        return [.. found.OrderByDescending(importance => importance.Mean)];
    }

    // All that is made of a column moves together.
    private static FeatureTable Shuffled(FeatureTable features, int first, Encoder encoder, Random random)
    {
        var order = Enumerable.Range(0, features.Rows).ToArray();
        random.Shuffle(order);
        return features with
        {
            Columns = [.. features.Columns.Select((column, at) =>
                at >= first && at < first + encoder.Features.Count ? Array.ConvertAll(order, row => column[row]) : column)],
        };
    }
}
