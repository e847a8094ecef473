using Slipway.Engines.DuckDb;
using Slipway.Engines.XGBoost;
using Slipway.Kernel;
using Slipway.Monitoring.Measures;
using Slipway.Monitoring.Runs;
using Slipway.Monitoring.Tables;
using Slipway.Serving.Contracts;
using Slipway.Statistics.Drift;

namespace Slipway.Monitoring.Backtests;

/// <summary>How the trees of a backtest learn.</summary>
/// <param name="Objective">Probabilities, or numbers.</param>
/// <param name="MostRows">Of more rows, every n-th is learned from.</param>
internal sealed record TrialSettings(string Objective, int Rounds, int Depth, double Rate, int MostRows)
{
    public const string Probabilities = "binary:logistic";
    public const string Numbers = "reg:squarederror";
}

/// <summary>
/// Boosted trees over the columns of a history: what stands in a backtest for the model of the policy's pipeline. A category is
/// the mean label that it has in the training rows.
/// </summary>
internal sealed class TrialModel : IDisposable
{
    // As many rows of the overall mean are added to each category, so that a rare one says little.
    private const double Prior = 20;

    private readonly XgbBooster _booster;
    private readonly string[] _features;
    private readonly Dictionary<string, double>?[] _encodings;

    private TrialModel(int number, TimeWindow learned, Slice rows, XgbBooster booster, string[] features, Dictionary<string, double>?[] encodings) =>
        (Number, Learned, Rows, _booster, _features, _encodings) = (number, learned, rows, booster, features, encodings);

    public int Number { get; }

    public TimeWindow Learned { get; }

    /// <summary>What it learned from.</summary>
    public Slice Rows { get; }

    public static TrialModel Train(DuckDbConnection connection, DataTable history, int number, TimeWindow window, TrialSettings settings, CancellationToken ct)
    {
        var all = connection.QueryScalar<long>($"select count(*) from {history.Name} where {History.In(window)} and label is not null", ct);
        var every = Math.Max(1, (all + settings.MostRows - 1) / settings.MostRows);
        var rows = new Slice(history, $"{History.In(window)} and label is not null and row_id % {every} = 0");
        if (all < 10)
            throw SlipwayException.Invalid($"{WindowText.Of(window)} has {all} labelled rows, which are too few to learn from; begin later, or learn from a longer time.");
        string[] features = [.. history.Features.Keys];
        Dictionary<string, double>?[] encodings = [.. features.Select(feature => Encoding(connection, rows, feature, ct))];
        var columns = RowSample.ReadAll(connection, rows, features, ["label"], encodings, ct);
        using var matrix = Surrogate.Matrix(columns[..^1]);
        matrix.SetLabel(Array.ConvertAll(columns[^1], value => (float)value));
        return new TrialModel(
            number, window, rows, Surrogate.Train(matrix, settings.Objective, settings.Rounds, settings.Depth, settings.Rate), features, encodings);
    }

    public ScoredHistory Score(DuckDbConnection connection, Slice rows, CancellationToken ct)
    {
        var columns = RowSample.ReadAll(connection, rows, _features, ["label", "row_id"], _encodings, ct);
        if (columns[0].Length == 0)
            return new ScoredHistory([], [], []);
        using var matrix = Surrogate.Matrix(columns[..^2]);
        return new ScoredHistory(
            Array.ConvertAll(columns[^1], row => (long)row), Array.ConvertAll(_booster.Predict(matrix), score => (double)score), columns[^2]);
    }

    public void Dispose() => _booster.Dispose();

    private static Dictionary<string, double>? Encoding(DuckDbConnection connection, Slice rows, string feature, CancellationToken ct)
    {
        var column = rows.Table.Features[feature];
        if (rows.Table.TypeOf(column) == FeatureType.Numeric)
            return null;
        using var result = connection.Query(
            $"""
             select cast({DuckDbSql.Identifier(column)} as varchar), (sum(label) + {Prior} * any_value(mean)) / (count(*) + {Prior})
             from (select *, avg(label) over () as mean from {rows.From}) group by 1
             """,
            ct);
        return result.Read(row => (Text: row.Get<string>(0), Mean: row.Get<double>(1)))
            .Where(one => one.Text is not null).ToDictionary(one => one.Text!, one => one.Mean, StringComparer.Ordinal);
    }
}

/// <summary>Rows of a history with what a model says of them, in the order of time.</summary>
/// <param name="Labels">NaN where none is known.</param>
internal sealed record ScoredHistory(long[] RowIds, double[] Scores, double[] Labels)
{
    /// <summary>Mean squared error over the labelled rows; of probabilities it is the Brier score.</summary>
    public double Loss => Scores.Zip(Labels).Where(row => double.IsFinite(row.Second))
        .Select(row => (row.First - row.Second) * (row.First - row.Second)).DefaultIfEmpty(double.NaN).Average();
}
