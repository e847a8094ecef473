using Slipway.Engines.DuckDb;
using Slipway.Lake.Contracts;

namespace Slipway.Training.Scoring;

/// <summary>Writes scored rows as a Parquet file: key (if there is one), score, label.</summary>
internal static class ScoresFile
{
    public const string Name = "scores.parquet";

    public static void Write(ILakeTables lake, string folder, ScoredRows rows)
    {
        using var connection = lake.ConnectSandboxed([], [folder]);
        var hasKeys = rows.Keys.Count > 0;
        connection.Execute($"create table scores ({(hasKeys ? "key varchar, " : "")}score double, label boolean)");
        using (var appender = connection.Append("scores"))
        {
            List<DuckDbColumn> columns = [DuckDbColumn.Of<double>(rows.Scores[0]), DuckDbColumn.Of<bool>(rows.Outcomes)];
            if (hasKeys)
                columns.Insert(0, DuckDbColumn.OfText(rows.Keys.ToArray()));
            appender.AppendColumns([.. columns]);
            appender.Close();
        }

        connection.Execute($"copy scores to {DuckDbSql.Literal(Path.Combine(folder, Name))} (format parquet, compression zstd)");
    }
}
