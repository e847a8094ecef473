using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Etl.Transforms;

/// <summary>
/// What becomes of a source whose columns are not those that were declared, or that it had last time: <c>fail</c> refuses it,
/// <c>evolve</c> takes new, lost and widened columns, <c>quarantine</c> sets the rows aside that do not fit.
/// </summary>
/// <param name="Rows">A query of the rows to go on with.</param>
/// <param name="Quarantine">A query of the others, with their <c>reason</c>; null: there are none.</param>
/// <param name="Columns">What the source is expected to have from now on.</param>
/// <param name="Changes">A sentence for each difference.</param>
internal sealed record SchemaDrift(
    string Rows, string? Quarantine, IReadOnlyDictionary<string, string> Columns, IReadOnlyList<string> Changes)
{
    public const string Reason = "reason";

    public static readonly string[] Policies = ["fail", "evolve", "quarantine"];

    /// <param name="source">A view of the source's rows.</param>
    /// <param name="name">What the source is called in messages.</param>
    /// <param name="expected">Its columns with their types; "any": whatever it is.</param>
    public static SchemaDrift Of(
        DuckDbConnection connection, string policy, string source, string name, IReadOnlyDictionary<string, string> expected, CancellationToken ct)
    {
        var actual = TableColumns.Read(connection, source, ct);
        var changes = expected.Count == 0 ? [] : TableColumns.Differences(connection, actual, expected, ct);
        if (changes.Count == 0)
        {
            // Also without rows: what an earlier run of the window set aside must go.
            var none = policy == "quarantine" ? $"select *, null::varchar as {Id(Reason)} from {source} where false" : null;
            return new SchemaDrift($"select * from {source}", none, actual, []);
        }

        return policy switch
        {
            "evolve" => Evolve(connection, source, name, actual, expected, changes, ct),
            "quarantine" => SetAside(source, actual, expected, changes),
            _ => throw Refusal(name, changes, "correct the source, or the dataflow's columns"),
        };
    }

    private static SchemaDrift Evolve(
        DuckDbConnection connection, string source, string name, IReadOnlyDictionary<string, string> actual,
        IReadOnlyDictionary<string, string> expected, IReadOnlyList<string> changes, CancellationToken ct)
    {
        var columns = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var values = new List<string>();
        foreach (var (column, known) in expected)
        {
            var type = actual.TryGetValue(column, out var now) && known != "any" ? Wider(connection, column, known, now, name, changes, ct) : now ?? known;
            columns[column] = type;
            values.Add(now is null ? $"null::{(type == "any" ? "varchar" : type)} as {Id(column)}" : $"{Id(column)}::{type} as {Id(column)}");
        }

        foreach (var (column, type) in actual.Where(column => !expected.ContainsKey(column.Key)))
        {
            columns[column] = type;
            values.Add(Id(column));
        }

        return new SchemaDrift($"select {string.Join(", ", values)} from {source}", null, columns, changes);
    }

    // The type that holds what readers know and what comes now; readers keep their type, or get a wider number or time.
    private static string Wider(
        DuckDbConnection connection, string column, string known, string now, string name, IReadOnlyList<string> changes, CancellationToken ct)
    {
        using var result = connection.Query(
            $"select null::{known} as known, x from (select null::{known} as x union all select null::{now} as x)", ct);
        var (before, both) = (result.Columns[0].Type, result.Columns[1].Type);
        if (both == before || (before.IsNumeric && both.IsNumeric) || (before.Id == DuckDbTypeId.Date && both.Id == DuckDbTypeId.Timestamp))
            return both.ToString();
        throw Refusal(name, changes, $"'{column}' of type {now} cannot become {known} without loss; correct the source, or choose drift: quarantine");
    }

    private static SchemaDrift SetAside(
        string source, IReadOnlyDictionary<string, string> actual, IReadOnlyDictionary<string, string> expected, IReadOnlyList<string> changes)
    {
        var reasons = new List<string>();
        var values = new List<string>();
        foreach (var (column, type) in expected)
        {
            if (!actual.ContainsKey(column))
            {
                reasons.Add(DuckDbSql.Literal($"column '{column}' is missing"));
            }
            else if (type == "any")
            {
                values.Add(Id(column));
            }
            else
            {
                values.Add($"try_cast({Id(column)} as {type}) as {Id(column)}");
                reasons.Add($"case when {Id(column)} is not null and try_cast({Id(column)} as {type}) is null then {DuckDbSql.Literal($"column '{column}' is no {type}")} end");
            }
        }

        foreach (var (column, _) in actual.Where(column => !expected.ContainsKey(column.Key)))
            reasons.Add($"case when {Id(column)} is not null then {DuckDbSql.Literal($"column '{column}' is not known")} end");
        var reason = $"nullif(concat_ws('; ', {string.Join(", ", reasons)}), '')";
        var rows = values.Count == 0 ? $"select * from {source} where false" : $"select {string.Join(", ", values)} from {source} where {reason} is null";
        return new SchemaDrift(rows, $"select *, {reason} as {Id(Reason)} from {source} where {reason} is not null", expected, changes);
    }

    private static SlipwayException Refusal(string name, IReadOnlyList<string> changes, string advice) => SlipwayException.Invalid(
        $"The source {name} has other columns than declared: {string.Join(", ", changes)}. Nothing was landed; {advice}.");

    private static string Id(string name) => DuckDbSql.Identifier(name);
}
