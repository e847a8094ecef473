using Slipway.Engines.DuckDb;
using Slipway.Statistics.Drift;

namespace Slipway.Monitoring.Tables;

/// <summary>
/// Rows of both sides as numbers, column by column: a category is the share that it has in the reference (0 when it is
/// unknown there), a null is NaN. Large tables are sampled.
/// </summary>
internal sealed record RowSample(IReadOnlyList<double[]> Reference, IReadOnlyList<double[]> Current)
{
    public const int MostRows = 20_000;

    public static RowSample Of(DuckDbConnection connection, Slice reference, Slice current, IReadOnlyList<string> features, CancellationToken ct)
    {
        var shares = features.Select(feature => Shares(connection, reference, feature, ct)).ToArray();
        return new RowSample(
            Read(connection, reference, features, [], shares, ct), Read(connection, current, features, [], shares, ct));
    }

    /// <param name="more">Columns that are read as numbers, after the features.</param>
    /// <param name="shares">As Shares found them in the reference.</param>
    public static double[][] Read(
        DuckDbConnection connection, Slice slice, IReadOnlyList<string> features, IReadOnlyList<string> more,
        IReadOnlyList<Dictionary<string, double>?> shares, CancellationToken ct) =>
        Read(connection, slice, features, more, shares, 0, $"using sample reservoir({MostRows} rows) repeatable (1)", ct);

    /// <summary>The same of all rows, in their order.</summary>
    /// <param name="numbers">What each category stands for (NaN: one that is not among them); null for a number.</param>
    public static double[][] ReadAll(
        DuckDbConnection connection, Slice slice, IReadOnlyList<string> features, IReadOnlyList<string> more,
        IReadOnlyList<Dictionary<string, double>?> numbers, CancellationToken ct) =>
        Read(connection, slice, features, more, numbers, double.NaN, "", ct);

    private static double[][] Read(
        DuckDbConnection connection, Slice slice, IReadOnlyList<string> features, IReadOnlyList<string> more,
        IReadOnlyList<Dictionary<string, double>?> numbers, double unknown, string sample, CancellationToken ct)
    {
        var expressions = features.Select((feature, i) => slice.Table.Expression(
            slice.Table.Features[feature], numbers[i] is null ? FeatureType.Numeric : FeatureType.Categorical)).ToList();
        expressions.AddRange(more.Select(column => $"try_cast({DuckDbSql.Identifier(column)} as double)"));
        var columns = expressions.Select(_ => new List<double>()).ToArray();
        using var result = connection.Query(
            $"select {string.Join(", ", expressions)} from (select * from {slice.From}) {sample}", ct);
        foreach (var chunk in result.Chunks())
        {
            for (var i = 0; i < columns.Length; i++)
                Add(chunk.Column(i), columns[i], i < features.Count ? numbers[i] : null, unknown);
        }

        return [.. columns.Select(column => column.ToArray())];
    }

    /// <summary>Null for a number.</summary>
    public static Dictionary<string, double>? Shares(DuckDbConnection connection, Slice reference, string feature, CancellationToken ct)
    {
        var column = reference.Table.Features[feature];
        if (reference.Table.TypeOf(column) == FeatureType.Numeric)
            return null;
        using var result = connection.Query(
            $"select cast({DuckDbSql.Identifier(column)} as varchar), count(*) / sum(count(*)) over () from (select * from {reference.From}) group by 1", ct);
        return result.Read(row => (Text: row.Get<string>(0), Share: row.Get<double>(1)))
            .Where(one => one.Text is not null).ToDictionary(one => one.Text!, one => one.Share, StringComparer.Ordinal);
    }

    private static void Add(DuckDbVector values, List<double> column, Dictionary<string, double>? shares, double unknown)
    {
        if (shares is null)
        {
            var numbers = values.Values<double>();
            for (var row = 0; row < numbers.Length; row++)
                column.Add(values.IsValid(row) && double.IsFinite(numbers[row]) ? numbers[row] : double.NaN);
            return;
        }

        for (var row = 0; row < values.Count; row++)
            column.Add(values.IsValid(row) ? shares.GetValueOrDefault(values.GetString(row), unknown) : double.NaN);
    }
}
