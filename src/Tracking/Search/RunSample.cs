using System.Data.Common;
using Dapper;
using Slipway.Data;
using Slipway.Tracking.Contracts.Filters;

namespace Slipway.Tracking.Search;

/// <summary>Of the runs that meet several conditions: about how many there are, and how many of all runs one that meets the whole filter comes among.</summary>
/// <param name="RunsPerMatch">Null: the sample has too few to tell.</param>
internal sealed record SampledShares(long InAll, long? RunsPerMatch);

/// <summary>
/// What a look at some runs of each time tells of all: 128 pieces of the numbers of runs, evenly apart, of 128 numbers each. Of fewer runs than
/// that it is all of them. Lists of texts are in the order of those numbers, so that a piece of them is a piece of an index.
/// </summary>
internal sealed class RunSample(Dialect dialect, IReadOnlyDictionary<string, long?> keyNumbers)
{
    private const int Pieces = 128, Length = 128;

    private const int InLists = 1, InFilter = 2;

    // Fewer runs than this in a sample tell too little.
    private const int Unsure = 3;

    private static readonly string s_pieces =
        $"""
        with recursive span(most, step) as (
            select most, case when most < {Pieces * Length} then {Length} else most / {Pieces} + 1 end
            from (select coalesce(max(no), 0) as most from runs) newest),
        piece(a, step, most) as (
            select cast(1 as bigint), step, most from span
            union all select a + step, step, most from piece where a + step <= most)

        """;

    /// <summary>The condition is about a text of runs, in whose index they are in the order of their numbers.</summary>
    public static bool HasTexts(FilterCondition condition) => condition.Entity is "param" or "tag";

    /// <summary>About how many runs have each of these texts.</summary>
    public async Task<IReadOnlyList<CountedCondition>> CountAsync(
        DbConnection connection, IReadOnlyList<FilterCondition> conditions, CancellationToken ct)
    {
        if (conditions.Count == 0)
            return [];
        var sql = new FilterSql(dialect);
        var counts = string.Concat(conditions.Select(condition =>
            $", cast(coalesce(sum((select count(*) from {Table(condition)} d{Index(condition)} where {InPiece(condition, sql)})), 0) as bigint)"));
        await using var reader = await connection.ExecuteReaderAsync(new CommandDefinition(
            $"{s_pieces} select max(step){counts} from piece", sql.Parameters, cancellationToken: ct));
        await reader.ReadAsync(ct);
        var step = reader.GetInt64(0);
        return [.. conditions.Select((condition, i) => new CountedCondition(condition, reader.GetInt64(i + 1) * step / Length))];
    }

    /// <param name="lists">Conditions with a text, the rarest first.</param>
    /// <param name="filter">Other conditions that must be met.</param>
    public async Task<SampledShares> ShareAsync(
        DbConnection connection, IReadOnlyList<FilterCondition> lists, IReadOnlyList<FilterCondition> filter, CancellationToken ct)
    {
        var sql = new FilterSql(dialect);
        var conditions = new RunConditions(dialect, sql, keyNumbers, "d.run_no");
        var others = filter.Except(lists).Where(condition => condition.Entity is "param" or "tag" or "metric").ToList();
        var rest = others.Count == 0 ? "1 = 1" : conditions.Write(new FilterAnd([.. others]));
        var (table, index, inPiece) = (Table(lists[0]), Index(lists[0]), InPiece(lists[0], sql));
        var runs = dialect.Provider == DatabaseProvider.Postgres
            ? $"piece cross join lateral (select d.run_no from {table} d where {inPiece} offset 0) d"
            : $"piece cross join {table} d{index} where {inPiece}";
        var text =
            $"""
            {s_pieces}
            select step, most, kind, count(*) from (
                select step, most, case when {conditions.Write(new FilterAnd([.. lists.Skip(1)]))} then case when {rest} then {InFilter} else {InLists} end else 0 end as kind
                from {runs}) found
            group by step, most, kind
            """;
        await using var reader = await connection.ExecuteReaderAsync(new CommandDefinition(text, sql.Parameters, cancellationToken: ct));
        var (step, most, inAll, met) = (0L, 0L, 0L, 0L);
        while (await reader.ReadAsync(ct))
        {
            (step, most) = (reader.GetInt64(0), reader.GetInt64(1));
            var (kind, count) = (reader.GetInt32(2), reader.GetInt64(3));
            inAll += kind >= InLists ? count : 0;
            met += kind == InFilter ? count : 0;
        }

        return new SampledShares(inAll * step / Length, met < Unsure ? null : Math.Min(most, Pieces * Length) / met);
    }

    private static string Table(FilterCondition condition) => condition.Entity == "param" ? "params" : "run_tags";

    private string Index(FilterCondition condition) =>
        dialect.Provider == DatabaseProvider.Sqlite ? $" indexed by {Table(condition)}_by_value" : "";

    private string InPiece(FilterCondition condition, FilterSql sql) =>
        $"{dialect.IsText("d", sql.Add(condition.Key), sql.Add(TextRange.Of(condition.Operator, condition.Text!)!.Value.From))} "
        + $"and d.run_no >= piece.a and d.run_no < piece.a + {Length}";
}
