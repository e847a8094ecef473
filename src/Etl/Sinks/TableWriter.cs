using System.Data.Common;
using Slipway.Engines.DuckDb;
using Slipway.Etl.Databases;
using Slipway.Etl.Dataflows;
using Slipway.Kernel;

namespace Slipway.Etl.Sinks;

/// <summary>The statements that put rows into a table, within a transaction. They are the same for PostgreSQL and SQLite.</summary>
internal sealed class TableWriter(ITableDatabase database, DbTransaction transaction, string table, string name)
{
    private IReadOnlyList<DuckDbResultColumn> _columns = [];

    /// <summary>Makes the table when it does not exist; otherwise it must have the columns of the rows, or gets them.</summary>
    public async Task PrepareAsync(DuckDbConnection rows, IReadOnlyList<string> keys, bool evolves, CancellationToken ct)
    {
        using (var result = rows.Query("select * from rows limit 0", ct))
            _columns = result.Columns;
        var definitions = _columns.Select(Definition);
        if (keys.Count > 0)
            definitions = definitions.Append($"primary key ({Names(keys)})");
        await ExecuteAsync($"create table if not exists {table} ({string.Join(", ", definitions)})", ct);

        var there = await ColumnsAsync(ct);
        var missing = _columns.Where(column => !there.Contains(column.Name, StringComparer.OrdinalIgnoreCase)).ToList();
        if (missing.Count > 0 && !evolves)
        {
            throw SlipwayException.Invalid(
                $"Table {name} has no column '{missing[0].Name}'.{Nearest.Hint(missing[0].Name, there)} Leave it out by transform, or let the table get it with drift: evolve. Nothing was written.");
        }

        foreach (var column in missing)
            await ExecuteAsync($"alter table {table} add column {Definition(column)}", ct);
    }

    public async Task StageAsync(DuckDbConnection rows, string staging, CancellationToken ct)
    {
        await ExecuteAsync($"create temp table {staging} ({string.Join(", ", _columns.Select(Definition))})", ct);
        using var result = rows.Query($"select {string.Join(", ", _columns.Select(Plain))} from rows", ct);
        await database.LoadAsync(transaction, staging, result, ct);
    }

    /// <summary>Deletes the rows of the window; without one, all.</summary>
    public Task ClearAsync(DataWindow? window, CancellationToken ct)
    {
        if (window is { Column: null })
            throw SlipwayException.Invalid("sink.mode is replace, and the window has no column by which its rows in the table could be found; use upsert or append.");
        var where = window is { Column: { } column, To: { } to }
            ? $" where {Id(column)} >= {window.From.Literal} and {Id(column)} < {to.Literal}"
            : "";
        return ExecuteAsync($"delete from {table}{where}", ct);
    }

    /// <param name="keys">Columns by which a row is found again; empty: all rows are new.</param>
    public Task MergeAsync(string staging, IReadOnlyList<string> keys, CancellationToken ct)
    {
        var names = Names(_columns.Select(column => column.Name));
        var changes = string.Join(", ", _columns.Where(column => !keys.Contains(column.Name, StringComparer.OrdinalIgnoreCase))
            .Select(column => $"{Id(column.Name)} = excluded.{Id(column.Name)}"));
        var conflict = keys.Count == 0 ? ""
            : $" on conflict ({Names(keys)}) do {(changes.Length == 0 ? "nothing" : $"update set {changes}")}";
        // "where true": SQLite would take "on conflict" for a join's "on".
        return ExecuteAsync($"insert into {table} ({names}) select {names} from {staging} where true{conflict}", ct);
    }

    private async Task<IReadOnlyList<string>> ColumnsAsync(CancellationToken ct)
    {
        await using var command = Command($"select * from {table} where 1 = 0");
        await using var reader = await command.ExecuteReaderAsync(ct);
        return [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetName)];
    }

    private async Task ExecuteAsync(string sql, CancellationToken ct)
    {
        await using var command = Command(sql);
        await command.ExecuteNonQueryAsync(ct);
    }

    private DbCommand Command(string sql)
    {
        var command = transaction.Connection!.CreateCommand();
        (command.CommandText, command.Transaction, command.CommandTimeout) = (sql, transaction, 0);
        return command;
    }

    private string Definition(DuckDbResultColumn column) => $"{Id(column.Name)} {database.TypeFor(column.Type)}";

    // What the database knows no type for goes there as text.
    private string Plain(DuckDbResultColumn column) =>
        database.TypeFor(column.Type) == "text" ? $"{Id(column.Name)}::varchar as {Id(column.Name)}" : Id(column.Name);

    private static string Names(IEnumerable<string> names) => string.Join(", ", names.Select(Id));

    private static string Id(string name) => DuckDbSql.Identifier(name);
}
