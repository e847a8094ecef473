using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Lake.Tests;

/// <summary>
/// Evaluates suites in DuckDB: the table is read once, and all expectations about rows are counted in one pass over it.
/// </summary>
internal sealed class DataTests(ILakeTables tables, TimeProvider time) : IDataTests
{
    public DataTestReport Run(DataTest test, CancellationToken ct)
    {
        var suite = SuiteReader.Read(test.Suite, test.Source);
        string[] folders = [.. new[] { test.CleanFile, test.QuarantineFile }.OfType<string>().Select(file => Path.GetDirectoryName(file)!)];
        using var connection = tables.ConnectSandboxed(test.Table.Files, folders);
        var columns = TableColumns.Read(connection, test.Table.Expression, ct);
        var schema = suite.Expectations.OfType<SchemaExpectation>()
            .ToDictionary(expected => expected, expected => Schema(connection, expected, columns, ct));

        // A column that is not there fails the schema's expectation; without one, naming it is the suite's mistake.
        if (schema.Values.Any(result => result.Blocks))
            return Report(suite, 0, 0, schema.Values);

        CheckColumns(suite, columns);
        var check = new SuiteCheck(connection, suite, columns);
        check.Load(test.Table.Expression, ct);
        var counts = check.Count(test.AsOf ?? time.GetUtcNow(), ct);
        check.Write(test.CleanFile, test.QuarantineFile, ct);
        return Report(suite, counts.Rows, counts.Quarantined, suite.Expectations.Select(expected => expected is SchemaExpectation known
            ? schema[known]
            : counts.Results[expected]));
    }

    private static DataTestReport Report(Suite suite, long rows, long quarantined, IEnumerable<ExpectationResult> results) =>
        new() { Suite = suite.Name, Rows = rows, Quarantined = quarantined, Expectations = [.. results] };

    private static ExpectationResult Schema(
        DuckDbConnection connection, SchemaExpectation expected, IReadOnlyDictionary<string, string> columns, CancellationToken ct)
    {
        var differences = TableColumns.Differences(connection, columns, expected.Types, ct);
        return Results.OfTable(expected, differences.Count == 0 ? null : string.Join(", ", differences));
    }

    private static void CheckColumns(Suite suite, IReadOnlyDictionary<string, string> columns)
    {
        var problems = suite.Expectations.SelectMany(expected => expected.Columns
            .Where(column => !columns.ContainsKey(column))
            .Select(column => $"{expected.Place}: The data has no column '{column}'.{Nearest.Hint(column, columns.Keys)} It has: {string.Join(", ", columns.Keys)}."))
            .ToList();
        if (problems.Count > 0)
            throw SlipwayException.Invalid(string.Join('\n', problems));
    }
}
