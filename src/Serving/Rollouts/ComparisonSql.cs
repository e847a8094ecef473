using System.Globalization;

namespace Slipway.Serving.Rollouts;

/// <summary>Queries over the tables "baseline" and "candidate": one value for each request, in the order in which they came.</summary>
/// <param name="columns">Those that both tables have.</param>
internal sealed class ComparisonSql(IReadOnlySet<string> columns)
{
    private const string Pairs = "candidate c join baseline b on c.request_id = b.request_id and c.row = b.row";

    public bool HasScore => columns.Contains("output_score");

    private bool HasLabel => columns.Contains("output_label");

    /// <summary>The part of a request's rows that the two answer differently; null: their answers cannot be compared.</summary>
    /// <param name="tolerance">How far scores may be apart; null: classes are compared, or the sides of one half on which scores are.</param>
    public string? Disagreement(double? tolerance)
    {
        var differs = Differs(tolerance);
        return differs is null ? null : $"select avg(case when {differs} then 1.0 else 0.0 end)::double from {Pairs} group by c.request_id order by min(c.sequence)";
    }

    /// <summary>Whether the rows "c" and "b" are answered differently; null: that cannot be told.</summary>
    public string? Differs(double? tolerance) => tolerance is { } most && HasScore
        ? $"abs(c.output_score::double - b.output_score::double) > {most.ToString("R", CultureInfo.InvariantCulture)}"
        : HasLabel ? "c.output_label is distinct from b.output_label"
        : HasScore ? "(c.output_score >= 0.5) is distinct from (b.output_score >= 0.5)"
        : null;

    /// <summary>The first score of each request, ascending; null: there are no scores.</summary>
    public string? Scores(string table) => HasScore
        ? $"select output_score::double from {table} where row = 0 and isfinite(output_score::double) order by 1"
        : null;

    /// <summary>By how much the candidate's loss on labelled requests is greater.</summary>
    public string? PairedLoss(string metric) => LossOf("c", metric) is { } candidate && LossOf("b", metric) is { } baseline
        ? $"select avg({candidate} - {baseline})::double from {Pairs} where {IsLabelled("c", metric)} and {IsLabelled("b", metric)} group by c.request_id order by min(c.sequence)"
        : null;

    /// <summary>The loss on labelled requests.</summary>
    public string? Loss(string table, string metric) => LossOf("t", metric) is { } loss
        ? $"select avg({loss})::double from {table} t where {IsLabelled("t", metric)} group by request_id order by min(sequence)"
        : null;

    /// <summary>The loss of a row; null: it cannot be told.</summary>
    public string? LossOf(string table, string metric) => metric switch
    {
        "zero_one" when HasLabel =>
            $"(case when try_cast({table}.output_label as double) is distinct from {table}.label then 1.0 else 0.0 end)",
        "brier" when HasScore => $"power({table}.output_score::double - {table}.label, 2)",
        _ => null,
    };

    // Brier's score is one of probabilities and of what happened or did not.
    public static string IsLabelled(string table, string metric) => metric == "brier"
        ? $"{table}.label in (0, 1) and {table}.output_score between 0 and 1"
        : $"{table}.label is not null";
}
