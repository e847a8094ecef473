using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Lake.Profiles;
using Slipway.Lake.Sql;
using Slipway.Statistics.Profiles;

namespace Slipway.Lake.Tests;

/// <summary>
/// Evaluates suites in DuckDB: all expectations about rows, and all measures, are counted in one pass over the table; what a
/// profile knows is asked of the profile.
/// </summary>
internal sealed class DataTests(
    LakeTables tables, IDataProfiles profiles, DataTestRuns runs, LakeOptions options, TimeProvider time) : IDataTests
{
    private const int HistoryLength = 100;

    public async Task<DataTestReport> RunAsync(Caller caller, DataTest test, CancellationToken ct)
    {
        var (suite, files) = await BindAsync(caller, SuiteReader.Read(test.Suite, test.Source), ct);
        var history = test.Asset is { } asset && suite.Expectations.Any(expected => expected.Kind == "anomaly")
            ? await runs.ValuesAsync(caller.Workspace, asset, suite.Name, HistoryLength, ct)
            : new Dictionary<string, List<double>>();
        var results = await ProfiledAsync(caller, suite, test, ct);
        return UnreadableTable.Explain(() => Evaluate(suite, test, files, history, results, ct), test.Table);
    }

    private DataTestReport Evaluate(
        Suite suite,
        DataTest test,
        IReadOnlyCollection<string> files,
        Dictionary<string, List<double>> history,
        Dictionary<Expectation, ExpectationResult> results,
        CancellationToken ct)
    {
        string[] folders = [.. new[] { test.CleanFile, test.QuarantineFile }.OfType<string>().Select(file => Path.GetDirectoryName(file)!)];
        using var connection = tables.ConnectSandboxed([.. test.Table.Files, .. files], folders);
        var columns = TableColumns.Read(connection, test.Table.Expression, ct);
        RaggedRows.Refuse(test.Table, columns.Keys);
        foreach (var expected in suite.Expectations.OfType<SchemaExpectation>())
            results[expected] = Schema(connection, expected, columns, ct);

        // A column that is not there fails the schema's expectation; without one, naming it is the suite's mistake.
        if (results.Any(pair => pair.Key is SchemaExpectation && pair.Value.Blocks))
            return Report(suite, 0, 0, results.Where(pair => pair.Key is SchemaExpectation).Select(pair => pair.Value));

        // Those of a profile have been looked for there, where parts of nested columns have names too.
        CheckColumns([.. suite.Expectations.Where(expected => expected is not ProfileExpectation)], columns.Keys);
        var check = new SuiteCheck(connection, suite, columns, keepsRows: folders.Length > 0);
        check.Load(test.Table.Expression, ct);
        var asOf = test.AsOf ?? time.GetUtcNow();
        var counts = check.Count(expected => new Circumstances(asOf, history.GetValueOrDefault(expected.Name) ?? []), ct);
        check.Write(test.CleanFile, test.QuarantineFile, ct);
        return Report(suite, counts.Rows, counts.Quarantined, suite.Expectations.Select(expected =>
            results.TryGetValue(expected, out var known) ? known : counts.Results[expected]));
    }

    // Versions that conditions name become tables; a mistake in one is told at the expectation's place.
    private async Task<(Suite Suite, IReadOnlyCollection<string> Files)> BindAsync(Caller caller, Suite suite, CancellationToken ct)
    {
        var files = new HashSet<string>();
        var bound = new List<Expectation>();
        foreach (var expected in suite.Expectations)
        {
            try
            {
                bound.Add(expected switch
                {
                    RowExpectation row => row with { Condition = await SqlAsync(row.Condition) },
                    TableExpectation table => table with { Measure = await SqlAsync(table.Measure) },
                    _ => expected,
                });
            }
            catch (SlipwayException exception) when (exception.Code is ErrorCode.NotFound or ErrorCode.InvalidParameter)
            {
                throw new SlipwayException(exception.Code, $"{expected.Place}: {exception.Message}", exception);
            }
        }

        return (suite with { Expectations = bound }, files);

        async Task<string> SqlAsync(string sql)
        {
            var query = await tables.BindAsync(caller, sql, ct);
            files.UnionWith(query.Files);
            return query.Sql;
        }
    }

    private async Task<Dictionary<Expectation, ExpectationResult>> ProfiledAsync(Caller caller, Suite suite, DataTest test, CancellationToken ct)
    {
        var results = new Dictionary<Expectation, ExpectationResult>(ReferenceEqualityComparer.Instance);
        var asked = suite.Expectations.OfType<ProfileExpectation>().ToList();
        if (asked.Count == 0)
            return results;

        var current = test.Tree is { } tree
            ? await profiles.OfTreeAsync(tree, ct)
            : UnreadableTable.Explain(() => TableScan.Run(tables, test.Table, options.Threads, isColumnar: true, ct), test.Table);
        CheckColumns(asked, current.Columns.Select(column => column.Name));
        foreach (var expected in asked)
        {
            var column = current.Find(expected.Columns[0])!;
            var past = expected.Reference is { } reference ? (await ReferenceAsync(caller, expected, reference, ct)).Find(column.Name) : null;
            var value = expected.Measure(column, past);
            results[expected] = Results.OfTable(expected, expected.Judge(value), double.IsFinite(value) ? value : null);
        }

        return results;
    }

    private async Task<TableProfile> ReferenceAsync(Caller caller, ProfileExpectation expected, string reference, CancellationToken ct)
    {
        var (name, version) = reference.Split('@') switch
        {
            [var only] => (only, "latest"),
            [var one, var two] => (one, two),
            _ => throw SlipwayException.Invalid($"{expected.Place}: '{reference}' is no data version, such as flights@3."),
        };
        return (await profiles.OfVersionAsync(caller, AssetName.Parse(name), version, ct)).Profile;
    }

    private static DataTestReport Report(Suite suite, long rows, long quarantined, IEnumerable<ExpectationResult> results) =>
        new() { Suite = suite.Name, Rows = rows, Quarantined = quarantined, Expectations = [.. results] };

    private static ExpectationResult Schema(
        DuckDbConnection connection, SchemaExpectation expected, IReadOnlyDictionary<string, string> columns, CancellationToken ct)
    {
        var differences = TableColumns.Differences(connection, columns, expected.Types, ct);
        return Results.OfTable(expected, differences.Count == 0 ? null : string.Join(", ", differences));
    }

    private static void CheckColumns(IReadOnlyList<Expectation> expectations, IEnumerable<string> columns)
    {
        var known = columns.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var problems = expectations.SelectMany(expected => expected.Columns
            .Where(column => !known.Contains(column))
            .Select(column => $"{expected.Place}: The data has no column '{column}'.{Nearest.Hint(column, known)} It has: {string.Join(", ", known)}."))
            .ToList();
        if (problems.Count > 0)
            throw SlipwayException.Invalid(string.Join('\n', problems));
    }
}
