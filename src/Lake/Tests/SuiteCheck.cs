using System.Globalization;
using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Lake.Tests;

/// <summary>What one pass over the rows counted.</summary>
internal sealed record SuiteCounts(long Rows, long Quarantined, IReadOnlyDictionary<Expectation, ExpectationResult> Results);

/// <summary>A suite over one table, in a connection of its own.</summary>
internal sealed class SuiteCheck(DuckDbConnection connection, Suite suite, IReadOnlyDictionary<string, string> columns)
{
    private readonly List<(Expectation Expected, string Flag)> _flags = [];

    private string Kept => _flags.Where(flag => flag.Expected.OnFail == OnFail.Quarantine).ToList() is { Count: > 0 } aside
        ? string.Join(" and ", aside.Select(flag => $"coalesce({flag.Flag}, true)"))
        : "true";

    /// <summary>Reads the table, and marks each row with what every expectation says of it.</summary>
    public void Load(string table, CancellationToken ct)
    {
        connection.Execute($"create temp table data as select * from {table}", ct);
        var marks = new List<string>();
        foreach (var expected in suite.Expectations.Where(expected => expected is RowExpectation or UniqueExpectation))
        {
            var flag = string.Create(CultureInfo.InvariantCulture, $"slipway_{_flags.Count}");
            marks.Add($", {Condition(expected, flag, ct)} as {flag}");
            _flags.Add((expected, flag));
        }

        connection.Execute($"create temp view checked as select data.*{string.Concat(marks)} from data", ct);
    }

    public SuiteCounts Count(DateTimeOffset asOf, CancellationToken ct)
    {
        var measured = suite.Expectations.OfType<TableExpectation>().ToList();
        string[] columns =
        [
            "count(*)",
            $"count(*) filter (not ({Kept}))",
            .. _flags.SelectMany(flag => new[] { $"count({flag.Flag})", $"count(*) filter (not {flag.Flag})" }),
            .. measured.Select(expected => expected.Measure),
        ];
        using var result = connection.Query($"select {string.Join(", ", columns)} from checked", ct);
        var row = result.Rows().Single();
        var results = new Dictionary<Expectation, ExpectationResult>(ReferenceEqualityComparer.Instance);
        for (var i = 0; i < _flags.Count; i++)
            results[_flags[i].Expected] = Results.OfRows(_flags[i].Expected, (long)row[2 + (2 * i)]!, (long)row[3 + (2 * i)]!);
        for (var i = 0; i < measured.Count; i++)
            results[measured[i]] = Results.OfTable(measured[i], measured[i].Judge(row[2 + (2 * _flags.Count) + i], asOf));
        return new SuiteCounts((long)row[0]!, (long)row[1]!, results);
    }

    public void Write(string? cleanFile, string? quarantineFile, CancellationToken ct)
    {
        var own = string.Join(", ", columns.Keys.Select(DuckDbSql.Identifier));
        if (cleanFile is not null)
            Copy($"select {own} from checked where {Kept}", cleanFile, ct);
        if (quarantineFile is null)
            return;

        var reasons = _flags.Where(flag => flag.Expected.OnFail == OnFail.Quarantine)
            .Select(flag => $", case when not {flag.Flag} then {DuckDbSql.Literal(flag.Expected.Reason ?? flag.Expected.Name)} end");
        var reason = columns.ContainsKey("reason") ? "quarantine_reason" : "reason";
        Copy($"select {own}, concat_ws('; '{string.Concat(reasons.DefaultIfEmpty(", null"))}) as {reason} from checked where not ({Kept})", quarantineFile, ct);
    }

    private string Condition(Expectation expected, string flag, CancellationToken ct)
    {
        if (expected is RowExpectation row)
        {
            Try(expected, $"select ({row.Condition})::boolean from data limit 0", ct);
            return $"({row.Condition})::boolean";
        }

        // The hash finds the few rows that may be repeated cheaply; only these are numbered. A null equals a null here.
        var names = string.Join(", ", expected.Columns.Select(DuckDbSql.Identifier));
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
