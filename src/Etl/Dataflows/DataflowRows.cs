using Slipway.Engines.DuckDb;
using Slipway.Etl.Sources;
using Slipway.Etl.Transforms;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Etl.Dataflows;

/// <summary>
/// The rows of a dataflow, made stage by stage in one sandboxed connection, each stage a view over the one before: the window of the
/// source, without what drifted, deduplicated, joined, and transformed.
/// </summary>
internal sealed class DataflowRows : IDisposable
{
    private readonly DuckDbConnection _connection;
    private readonly DataflowSource _source;
    private int _stages;

    private DataflowRows(DuckDbConnection connection, DataflowSource source, DataWindow? window) =>
        (_connection, _source, Window) = (connection, source, window);

    public DuckDbConnection Connection => _connection;

    /// <summary>With its end, also where that is found in the source.</summary>
    public DataWindow? Window { get; private set; }

    public DataflowSource Source => _source;

    /// <summary>The inputs of the step that are views beside <c>source</c>.</summary>
    public IReadOnlyCollection<string> Inputs { get; private set; } = [];

    /// <summary>The query whose rows are landed.</summary>
    public string Query { get; private set; } = "";

    /// <summary>A query of the rows that are set aside; null: none are.</summary>
    public string? Quarantine { get; private set; }

    /// <summary>The columns of the source, to be remembered.</summary>
    public IReadOnlyDictionary<string, string> Columns { get; private set; } = new Dictionary<string, string>();

    public IReadOnlyList<string> Changes { get; private set; } = [];

    /// <param name="parts">Other tables that the stages name.</param>
    /// <param name="expected">The columns that the source should have.</param>
    public static DataflowRows Of(
        DuckDbConnection connection, DataflowSource source, DataWindow? window, DataflowSettings settings, DataflowTables parts,
        IReadOnlyDictionary<string, string> expected, CancellationToken ct)
    {
        var rows = new DataflowRows(connection, source, window);
        DataflowSources.Reading(source, () => rows.Begin(ct));
        var drift = DataflowSources.Reading(
            source, () => SchemaDrift.Of(connection, settings.Drift ?? "fail", rows.Last, source.Name, expected, ct));
        (rows.Columns, rows.Changes, rows.Quarantine) = (drift.Columns, drift.Changes, drift.Quarantine);
        rows.Stage(drift.Rows, ct);
        if (settings.Dedup is { } dedup)
            rows.Stage(dedup.Sql(rows.Last, [.. TableColumns.Read(connection, rows.Last, ct).Keys]), ct);
        foreach (var (name, table) in parts.Views)
            connection.Execute($"create temp view {DuckDbSql.Identifier(name)} as select * from {table.Expression}", ct);
        foreach (var join in settings.Joins)
            rows.Stage(join.Sql(connection, rows.Last, parts.Features[join.Features], ct), ct);
        connection.Execute($"create temp view source as select * from {rows.Last}", ct);
        rows.Inputs = [.. parts.Views.Keys];
        rows.Query = parts.Transform ?? "select * from source";
        return rows;
    }

    /// <summary>Why there is nothing to land.</summary>
    public SlipwayException Empty(CancellationToken ct)
    {
        if (Window?.Column is not { } column)
            return SlipwayException.Invalid($"The source {_source.Name} has no rows; nothing was landed.");

        var name = DuckDbSql.Identifier(column);
        using var range = _connection.Query($"select min({name})::varchar, max({name})::varchar from {_source.Table.Expression}", ct);
        var row = range.Rows().Single();
        return SlipwayException.Invalid(row[0] is null
            ? $"The source {_source.Name} has no rows; nothing was landed."
            : $"The source {_source.Name} has no rows in {Window}; it has rows from {row[0]} to {row[1]}. Nothing was landed.");
    }

    public void Dispose() => _connection.Dispose();

    /// <summary>The first stage: the source's rows of the window, each of which must have a time or number.</summary>
    private bool Begin(CancellationToken ct)
    {
        var where = "";
        if (Window?.Column is not null)
        {
            var column = WindowColumn.Of(_connection, _source, Window, ct);
            Window = column.Close(Window, ct);
            where = $" where {Window.Condition(column.Type)}";
        }

        Stage($"select * from {_source.Table.Expression}{where}", ct);
        return true;
    }

    private string Last => $"slipway_{_stages}";

    private void Stage(string query, CancellationToken ct) => _connection.Execute($"create temp view slipway_{++_stages} as {query}", ct);
}
