using Slipway.Monitoring.Tables;

namespace Slipway.Monitoring.Backtests;

/// <summary>Answers the rows of a history with the champion, and lets the history show the answers as an endpoint's.</summary>
internal sealed class ReplayedService(History history, DataTable table)
{
    private const string Answers = "answers";
    private const string Learned = "learned";
    private TrialModel? _champion;

    /// <summary>What it says of the rows that it learned from becomes the reference.</summary>
    public void Appoint(TrialModel champion, CancellationToken ct)
    {
        if (_champion is null)
            history.Connection.Execute($"create or replace temp table {Answers} (row_id bigint, output_score double)", ct);
        _champion = champion;
        history.Connection.Execute($"create or replace temp table {Learned} (row_id bigint, output_score double)", ct);
        Append(Learned, champion.Score(history.Connection, champion.Rows, ct));
        history.Query = window => window == champion.Learned ? Query("join", Learned, "true") : Query("left join", Answers, History.In(window));
    }

    public ScoredHistory Serve(Slice rows, CancellationToken ct)
    {
        var served = _champion!.Score(history.Connection, rows, ct);
        Append(Answers, served);
        return served;
    }

    private string Query(string join, string scores, string where) =>
        $"""
         select rows.* exclude (row_id, event_us, output_score), scores.output_score
         from {table.Name} as rows {join} {scores} as scores on rows.row_id = scores.row_id where {where}
         """;

    private void Append(string name, ScoredHistory scored)
    {
        using var appender = history.Connection.Append(name);
        for (var row = 0; row < scored.RowIds.Length; row++)
        {
            appender.Append(scored.RowIds[row]).Append(scored.Scores[row]);
            appender.EndRow();
        }

        appender.Close();
    }
}
