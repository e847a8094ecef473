using System.Globalization;
using Slipway.Data;
using Slipway.Engines.DuckDb;
using Slipway.Etl.Columns;
using Slipway.Etl.Steps;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Etl.Sql;

/// <summary>
/// <c>type: sql</c>: one query over the step's inputs, each a view of its name; literals are parameters, <c>$week</c>. The
/// result is a Parquet file in the output <c>result</c>. The query reaches its inputs and nothing else of the machine.
/// </summary>
internal sealed class SqlStep(ILakeTables tables, ContentStore content, QueryTrace trace, StepMetrics metrics) : IStepKind
{
    private const string Output = "result";

    public string Name => "sql";

    public IReadOnlyList<StepField> Fields { get; } =
    [
        new("query", FieldType.File, false, "A file with one query in DuckDB's SQL."),
        new("sql", FieldType.Text, false, "The query itself, instead of a file."),
    ];

    public int Revision => 1;

    public bool IsDeterministic => true;

    public async Task RunAsync(StepContext step, CancellationToken ct)
    {
        var query = await QueryAsync(step, ct);
        var folder = ResultFolder(step);
        var views = new Dictionary<string, LakeTable>();
        foreach (var input in step.Inputs.Values.Where(input => input.Tree is not null))
            views[input.Name] = await TableAsync(input, ct);

        using var connection = tables.ConnectSandboxed([.. views.Values.SelectMany(table => table.Files).Distinct()], [folder]);
        foreach (var (name, table) in views)
            connection.Execute($"create temp view {DuckDbSql.Identifier(name)} as select * from {table.Expression}", ct);
        var file = DuckDbSql.Literal(Path.Combine(folder, "part.parquet"));
        var rows = connection.Execute(
            $"copy (\n{SqlText.Single(query)}\n) to {file} (format parquet, compression zstd)", ct, Parameters(step));
        await step.Log.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{rows:N0} rows."));
        await metrics.LogAsync(step, [new("rows", rows)], new Dictionary<string, string>(), ct);
        await TraceAsync(step, connection, query, $"read_parquet({file})", folder, ct);
    }

    // The version that becomes of the output, if any, has the same content.
    private async Task TraceAsync(StepContext step, DuckDbConnection connection, string query, string result, string folder, CancellationToken ct)
    {
        var relations = step.Inputs.Values.Where(input => input.Tree is not null).ToDictionary(
            input => input.Name,
            input => QueryTrace.Own(connection, DuckDbSql.Identifier(input.Name), input.Node ?? $"tree:{input.Tree}", ct));
        var tree = await content.PutFolderAsync(folder, include: null, ct);
        var names = TableColumns.Read(connection, result, ct).Keys.ToList();
        if (!await trace.KeepAsync(step.Caller, connection, query, relations, names, $"tree:{tree.Digest}", ct))
            await step.Log.WriteLineAsync(ColumnTrace.Unknown);
    }

    private static async Task<string> QueryAsync(StepContext step, CancellationToken ct)
    {
        var (file, text) = (step.Settings["query"]?.ToString(), step.Settings["sql"]?.ToString());
        if (file is null == text is null)
            throw SlipwayException.Invalid("Give either query, a file, or sql, the text itself.");
        return text ?? await File.ReadAllTextAsync(file!, ct);
    }

    private static string ResultFolder(StepContext step) =>
        step.OutputFolders.TryGetValue(Output, out var folder) ? folder
        : step.OutputFolders.Count == 1 ? step.OutputFolders.Values.Single()
        : throw SlipwayException.Invalid($"The step has no output '{Output}' for its rows; declare it under outputs.");

    private async Task<LakeTable> TableAsync(StepInput input, CancellationToken ct)
    {
        try
        {
            return await tables.TableAsync(input.Tree!.Value, ct);
        }
        catch (SlipwayException exception) when (exception.Code == ErrorCode.InvalidParameter)
        {
            throw SlipwayException.Invalid($"Input '{input.Name}' cannot be queried: {exception.Message}");
        }
    }

    private static DuckDbParameters Parameters(StepContext step)
    {
        var parameters = new DuckDbParameters();
        foreach (var input in step.Inputs.Values.Where(input => input.Literal is not null))
            parameters[input.Name] = Value(input.Literal!);
        return parameters;
    }

    private static object Value(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? whole
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number
        : bool.TryParse(text, out var flag) ? flag
        : text;
}
