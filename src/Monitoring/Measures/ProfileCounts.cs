using System.Globalization;
using System.Text;
using Slipway.Engines.DuckDb;
using Slipway.Statistics.Drift;

namespace Slipway.Monitoring.Measures;

/// <summary>Counts the values of columns in the bins of the model's training profile, chunk by chunk.</summary>
internal static class ProfileCounts
{
    private const int MostCharacters = 512;

    /// <param name="ofServed">Versions score differently: only the rows that the profile's version answered.</param>
    /// <returns>Counts for each column, in the bins of its profile.</returns>
    public static long[][] Of(Comparison comparison, IReadOnlyList<ComparedColumn> columns, bool ofServed, CancellationToken ct)
    {
        var counts = columns.Select(column => new long[column.Profile!.BinCount]).ToArray();
        var where = ofServed ? $" where model_version = {comparison.Served!.Number.ToString(CultureInfo.InvariantCulture)}" : "";
        using var result = comparison.Connection.Query(
            $"select {string.Join(", ", columns.Select(column => Expression(column.Profile!, column.Column)))} from {comparison.Current.Name}{where}", ct);
        foreach (var chunk in result.Chunks())
        {
            for (var i = 0; i < counts.Length; i++)
                Add(chunk.Column(i), columns[i].Profile!, counts[i]);
        }

        return counts;
    }

    // A value that is no number where numbers are expected counts as null.
    private static string Expression(FeatureProfile profile, string column) => profile.Type == FeatureType.Numeric
        ? $"try_cast({DuckDbSql.Identifier(column)} as double)"
        : $"cast({DuckDbSql.Identifier(column)} as varchar)";

    private static void Add(DuckDbVector values, FeatureProfile profile, long[] counts)
    {
        if (profile.Type == FeatureType.Categorical)
        {
            AddTexts(values, profile, counts);
            return;
        }

        var numbers = values.Values<double>();
        for (var row = 0; row < numbers.Length; row++)
            counts[values.IsValid(row) ? profile.BinOf(numbers[row]) : profile.NullBin]++;
    }

    private static void AddTexts(DuckDbVector values, FeatureProfile profile, long[] counts)
    {
        Span<char> buffer = stackalloc char[MostCharacters];
        for (var row = 0; row < values.Count; row++)
        {
            if (!values.IsValid(row))
            {
                counts[profile.NullBin]++;
                continue;
            }

            var utf8 = values.GetUtf8(row);
            ReadOnlySpan<char> text = utf8.Length <= MostCharacters
                ? buffer[..Encoding.UTF8.GetChars(utf8, buffer)]
                : Encoding.UTF8.GetString(utf8);
            counts[profile.BinOf(text)]++;
        }
    }
}
