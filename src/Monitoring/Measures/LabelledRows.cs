using Slipway.Engines.DuckDb;
using Slipway.Monitoring.Tables;

namespace Slipway.Monitoring.Measures;

/// <summary>Scores and labels of a table's rows.</summary>
/// <param name="Labels">NaN for unknown ones; only where they were not asked for.</param>
/// <param name="Unusable">Rows that were left out: no score, no number, or no probability.</param>
internal sealed record LabelledRows(double[] Scores, double[] Labels, long Unusable)
{
    /// <param name="labelled">Only rows whose label has come.</param>
    /// <param name="areProbabilities">Scores outside of 0 to 1 are left out.</param>
    public static LabelledRows Read(DuckDbConnection connection, Slice slice, bool labelled, bool areProbabilities, CancellationToken ct)
    {
        var table = slice.Table;
        var scores = new List<double>();
        var labels = new List<double>();
        long unusable = 0;
        var label = table.Label is null ? "null::double" : $"try_cast({DuckDbSql.Identifier(table.Label)} as double)";
        using var result = connection.Query(
            $"select try_cast({DuckDbSql.Identifier(table.Score!)} as double), {label} from (select * from {slice.From})"
            + (labelled ? $" where {label} is not null" : ""),
            ct);
        foreach (var chunk in result.Chunks())
        {
            var score = chunk.Column(0);
            var truth = chunk.Column(1);
            var numbers = score.Values<double>();
            var outcomes = truth.Values<double>();
            for (var row = 0; row < numbers.Length; row++)
            {
                if (!score.IsValid(row) || !double.IsFinite(numbers[row]) || (areProbabilities && numbers[row] is < 0 or > 1)
                    || (labelled && !double.IsFinite(outcomes[row])))
                {
                    unusable++;
                    continue;
                }

                scores.Add(numbers[row]);
                labels.Add(!truth.IsValid(row) ? double.NaN : areProbabilities ? (outcomes[row] >= 0.5 ? 1 : 0) : outcomes[row]);
            }
        }

        return new LabelledRows([.. scores], [.. labels], unusable);
    }
}
