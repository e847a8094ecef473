using System.Globalization;
using System.Text.Json;
using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Lake.Tests;

/// <summary>What one pass over the rows counted.</summary>
internal sealed record SuiteCounts(long Rows, long Quarantined, IReadOnlyDictionary<Expectation, ExpectationResult> Results);

/// <summary>A suite over one table, in a connection of its own.</summary>
/// <param name="connection">It may read the table and all that the suite refers to.</param>
/// <param name="suite">Its references are bound.</param>
/// <param name="columns">Names and types.</param>
/// <param name="keepsRows">
/// Rows are written afterwards, so they are read into a table of the engine, where each has a number. Otherwise they are only
/// counted where they lie, and a table of any size takes no memory.
/// </param>
internal sealed class SuiteCheck(DuckDbConnection connection, Suite suite, IReadOnlyDictionary<string, string> columns, bool keepsRows)
{
    private const int SampleRows = 5;
    private readonly List<(Expectation Expected, string Flag)> _flags = [];
    private readonly List<UniqueExpectation> _grouped = [];

    private string Kept => _flags.Where(flag => flag.Expected.OnFail == OnFail.Quarantine).ToList() is { Count: > 0 } aside
        ? string.Join(" and ", aside.Select(flag => $"coalesce({flag.Flag}, true)"))
        : "true";

    /// <summary>Opens the table, and marks each row with what every expectation says of it.</summary>
    public void Load(string table, CancellationToken ct)
    {
        connection.Execute($"create temp {(keepsRows ? "table" : "view")} data as select * from {table}", ct);
        var marks = new List<string>();
        foreach (var expected in suite.Expectations.Where(expected => expected is RowExpectation or UniqueExpectation))
        {
            if (expected is UniqueExpectation unique && !keepsRows)
            {
                _grouped.Add(unique);
                continue;
            }

            var flag = string.Create(CultureInfo.InvariantCulture, $"slipway_{_flags.Count}");
            marks.Add($", {Condition(expected, flag, ct)} as {flag}");
            _flags.Add((expected, flag));
        }

        foreach (var measured in suite.Expectations.OfType<TableExpectation>())
            Try(measured, $"select {measured.Measure} from (select * from data limit 0) data", ct);
        connection.Execute($"create temp view checked as select data.*{string.Concat(marks)} from data", ct);
    }

    /// <param name="circumstances">What there is to know about an expectation beside the table.</param>
    public SuiteCounts Count(Func<Expectation, Circumstances> circumstances, CancellationToken ct)
    {
        var measured = suite.Expectations.OfType<TableExpectation>().ToList();
        string[] counted =
        [
            "count(*)",
            $"count(*) filter (not ({Kept}))",
            .. _flags.SelectMany(flag => new[] { $"count({flag.Flag})", $"count(*) filter (not {flag.Flag})" }),
            .. measured.Select(expected => expected.Measure),
        ];
        object?[] row;
        using (var result = connection.Query($"select {string.Join(", ", counted)} from checked", ct))
            row = result.Rows().Single();

        var rows = (long)row[0]!;
        var results = new Dictionary<Expectation, ExpectationResult>(ReferenceEqualityComparer.Instance);
        for (var i = 0; i < _flags.Count; i++)
        {
            var (evaluated, failed) = ((long)row[2 + (2 * i)]!, (long)row[3 + (2 * i)]!);
            results[_flags[i].Expected] = Results.OfRows(_flags[i].Expected, evaluated, failed) with
            {
                Sample = failed == 0 ? [] : Sample($"checked where not {_flags[i].Flag}", ct),
            };
        }

        for (var i = 0; i < measured.Count; i++)
        {
            var value = row[2 + (2 * _flags.Count) + i];
            results[measured[i]] = Results.OfTable(measured[i], measured[i].Judge(value, circumstances(measured[i])), Measured.Number(value));
        }

        foreach (var unique in _grouped)
            results[unique] = Repeated(unique, rows, ct);
        return new SuiteCounts(rows, (long)row[1]!, results);
    }

    public void Write(string? cleanFile, string? quarantineFile, CancellationToken ct)
    {
        if (cleanFile is not null)
            Copy($"select {Own} from checked where {Kept}", cleanFile, ct);
        if (quarantineFile is null)
            return;

        var reasons = _flags.Where(flag => flag.Expected.OnFail == OnFail.Quarantine)
            .Select(flag => $", case when not {flag.Flag} then {DuckDbSql.Literal(flag.Expected.Reason ?? flag.Expected.Name)} end");
        var reason = columns.ContainsKey("reason") ? "quarantine_reason" : "reason";
        Copy($"select {Own}, concat_ws('; '{string.Concat(reasons.DefaultIfEmpty(", null"))}) as {reason} from checked where not ({Kept})", quarantineFile, ct);
    }

    private string Own => string.Join(", ", columns.Keys.Select(DuckDbSql.Identifier));

    private string Condition(Expectation expected, string flag, CancellationToken ct)
    {
        if (expected is RowExpectation row)
        {
            Try(expected, $"select ({row.Condition})::boolean from (select * from data limit 0) data", ct);
            return $"({row.Condition})::boolean";
        }

        // The hash finds the few rows that may be repeated cheaply; only these are numbered. A null equals a null here.
        var names = Names(expected);
        connection.Execute(
            $"""
            create temp table repeated_{flag} as
            select rowid as row from data
            where hash({names}) in (select hash({names}) from data group by all having count(*) > 1)
            qualify row_number() over (partition by {names} order by rowid) > 1
            """,
            ct);
        return $"(data.rowid not in (select row from repeated_{flag}))";
    }

    // Hashes take little memory; only values whose hash is repeated are compared themselves.
    private ExpectationResult Repeated(UniqueExpectation unique, long rows, CancellationToken ct)
    {
        var names = Names(unique);
        var groups =
            $"""
            (select {names}, count(*) as slipway_times from data
             where hash({names}) in (select hash({names}) from data group by all having count(*) > 1)
             group by {names} having count(*) > 1)
            """;
        var failed = connection.QueryScalar<long>($"select coalesce(sum(slipway_times - 1), 0)::bigint from {groups}", ct);
        return Results.OfRows(unique, rows, failed) with { Sample = failed == 0 ? [] : Sample(groups, ct) };
    }

    private List<JsonElement> Sample(string rows, CancellationToken ct)
    {
        var own = rows.StartsWith('(') ? "*" : Own;
        using var result = connection.Query($"select to_json(sample)::varchar from (select {own} from {rows} limit {SampleRows}) sample", ct);
        return result.Read(row => JsonSerializer.Deserialize(row.Get<string>(0)!, LakeJson.Default.JsonElement));
    }

    private static string Names(Expectation expected) => string.Join(", ", expected.Columns.Select(DuckDbSql.Identifier));

    private void Try(Expectation expected, string sql, CancellationToken ct)
    {
        try
        {
            connection.Execute(sql, ct);
        }
        catch (SlipwayException exception) when (exception.Code == ErrorCode.EngineFailed)
        {
            throw new SlipwayException(
                ErrorCode.InvalidParameter, $"{expected.Place}: {expected.Name} cannot be evaluated: {exception.Message}", exception);
        }
    }

    private void Copy(string query, string file, CancellationToken ct) => connection.Execute(
        $"copy ({query}) to {DuckDbSql.Literal(file)} (format parquet, compression zstd)", ct);
}
