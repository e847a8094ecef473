using System.Globalization;
using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Slipway.Monitoring.Definitions;
using Slipway.Monitoring.Tables;

namespace Slipway.Monitoring.Measures;

/// <summary>The rows that a signal looks at: all of its segment, and the parts that it looks at one by one.</summary>
/// <param name="Segment">Null: all rows of the signal.</param>
internal sealed record SignalRows(string? Segment, string? Reference, string? Current)
{
    /// <summary>The index of the part that is all rows of the signal.</summary>
    public const int Whole = 0;

    private const int MostSegments = 20;

    /// <param name="reference">Null: the reference is no table, and is not cut.</param>
    public static IReadOnlyList<SignalRows> Of(
        SignalDefinition signal, DuckDbConnection connection, DataTable? reference, DataTable current, CancellationToken ct)
    {
        var segment = signal.Segment;
        var all = new SignalRows(
            segment is null ? null : Name(segment.Feature, segment.Values),
            segment is null ? null : reference?.Where(segment.Feature, segment.Values),
            segment is null ? null : current.Where(segment.Feature, segment.Values));
        var parts = new List<SignalRows> { all };
        foreach (var column in signal.SegmentColumns)
        {
            foreach (var value in Values(connection, current, column, all.Current, ct))
            {
                parts.Add(new SignalRows(
                    Name(column, [value]), And(all.Reference, reference?.Where(column, [value])), And(all.Current, current.Where(column, [value]))));
            }
        }

        return parts;
    }

    private static List<string> Values(DuckDbConnection connection, DataTable table, string feature, string? where, CancellationToken ct)
    {
        if (!table.Features.TryGetValue(feature, out var column))
        {
            throw SlipwayException.Invalid(
                $"segments names '{feature}', which {table.Description} lacks.{Nearest.Hint(feature, table.Features.Keys)} It has: {string.Join(", ", table.Features.Keys)}.");
        }

        // The most frequent ones; the rest is part of the whole only.
        using var result = connection.Query(
            $"select cast({DuckDbSql.Identifier(column)} as varchar) from {new Slice(table, And(where, $"{DuckDbSql.Identifier(column)} is not null")).From} "
            + $"group by 1 order by count(*) desc, 1 limit {MostSegments.ToString(CultureInfo.InvariantCulture)}",
            ct);
        return result.Read(row => row.Get<string>(0)!);
    }

    private static string? And(string? first, string? second) => first is null ? second : second is null ? first : $"{first} and {second}";

    private static string Name(string feature, IEnumerable<string> values) => $"{feature}={string.Join(",", values)}";
}
