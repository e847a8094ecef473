using Slipway.Engines.DuckDb;
using Slipway.Serving.Rollouts;
using Slipway.Statistics.Sequential;

namespace Slipway.Serving.Replays;

/// <summary>Compares the tables "baseline" and "candidate" of a connection, row by row of the same prediction.</summary>
/// <param name="columns">Those that both have.</param>
internal sealed class ReplayComparison(DuckDbConnection connection, IReadOnlySet<string> columns, double? tolerance)
{
    // Of each input the most frequent values: beyond these, nobody reads.
    private const int ValuesOfEach = 50;
    private const double AnyRisk = 0.05;

    // The candidate is judged by the labels of what was answered.
    private const string Pairs =
        "(select o.*, a.label as label from candidate o join baseline a using (prediction_id)) c join baseline b using (prediction_id)";

    private readonly ComparisonSql _sql = new(columns);

    public ReplayReport Report(string model, IReadOnlyList<string> by, CancellationToken ct)
    {
        var all = Read($"select null::varchar, null::varchar, {Figures()} from {Pairs}", ct)[0];
        var segments = by.SelectMany(name =>
        {
            var input = $"b.{DuckDbSql.Identifier("input_" + name)}";
            return Read(
                $"select {DuckDbSql.Literal(name)}, {input}::varchar, {Figures()} from {Pairs} group by {input} order by count(*) desc, 2 limit {ValuesOfEach}",
                ct);
        });
        return new ReplayReport(model, all, ScoreShift(ct), [.. segments]);
    }

    private string Figures()
    {
        var differs = _sql.Differs(tolerance);
        var (live, candidate) = (_sql.LossOf("b", "brier"), _sql.LossOf("c", "brier"));
        var labelled = live is null ? "false" : $"{ComparisonSql.IsLabelled("b", "brier")} and {ComparisonSql.IsLabelled("c", "brier")}";
        return $"""
            count(*), {(differs is null ? "null" : $"avg(case when {differs} then 1.0 else 0.0 end)")}::double,
            {(_sql.HasScore ? "avg(b.output_score)" : "null")}::double, {(_sql.HasScore ? "avg(c.output_score)" : "null")}::double,
            count(*) filter (where {labelled}),
            {Loss(live, labelled)}::double, {Loss(candidate, labelled)}::double
            """;
    }

    private static string Loss(string? loss, string labelled) => loss is null ? "null" : $"avg({loss}) filter (where {labelled})";

    private List<ReplayPart> Read(string sql, CancellationToken ct)
    {
        using var result = connection.Query(sql, ct);
        return result.Read(row => new ReplayPart(
            row.Get<string?>(0), row.Get<string?>(1), row.Get<long>(2), row.Get<double?>(3), row.Get<double?>(4), row.Get<double?>(5),
            row.Get<long>(6), row.Get<double?>(7), row.Get<double?>(8)));
    }

    private double? ScoreShift(CancellationToken ct)
    {
        if (!_sql.HasScore)
            return null;
        var distance = DistanceSequence.Of(Scores("baseline", ct), Scores("candidate", ct), AnyRisk).Distance;
        return double.IsFinite(distance) ? distance : null;
    }

    private double[] Scores(string table, CancellationToken ct)
    {
        using var result = connection.Query(
            $"select output_score::double from {table} where isfinite(output_score::double) order by 1", ct);
        return [.. result.Read(row => row.Get<double>(0))];
    }
}
