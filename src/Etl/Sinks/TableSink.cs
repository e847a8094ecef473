using System.Data.Common;
using System.Globalization;
using Slipway.Engines.DuckDb;
using Slipway.Etl.Databases;
using Slipway.Etl.Dataflows;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Etl.Sinks;

/// <summary>
/// Puts rows into a table of a database, all in one transaction: <c>upsert</c> by keys, <c>append</c>, or <c>replace</c> of the
/// window (or of all rows, without one). A table that does not exist is made.
/// </summary>
internal sealed class TableSink(ILakeTables tables)
{
    private const string Staging = "slipway_rows";

    /// <param name="evolves">True: the table gets the columns that it lacks.</param>
    /// <returns>Its node in the lineage.</returns>
    public async Task<string> WriteAsync(
        StepContext step, SinkSettings sink, DataWindow? window, string file, bool evolves, CancellationToken ct)
    {
        var (database, name) = (sink.Database!, sink.Map.Require("table", "the table"));
        var keys = sink.Map.List("keys");
        var mode = keys.Count > 0 ? sink.Map.Choice("mode", "upsert", "append", "replace") : sink.Map.Choice("mode", "replace", "append", "upsert");
        if (mode == "upsert" && keys.Count == 0)
            throw SlipwayException.Invalid("sink.keys is missing: the columns by which a row of the table is found again.");
        using var rows = tables.ConnectSandboxed([file], []);
        rows.Execute($"create temp view rows as select * from read_parquet({DuckDbSql.Literal(file)})", ct);
        CheckKeys(rows, name, keys, ct);
        await using var connection = await database.OpenAsync(step, sink.Map, ct);
        try
        {
            await using var transaction = await connection.BeginTransactionAsync(ct);
            var target = new TableWriter(database, transaction, TableName.Quote(name), name);
            await target.PrepareAsync(rows, keys, evolves, ct);
            await target.StageAsync(rows, Staging, ct);
            if (mode == "replace")
                await target.ClearAsync(window, ct);
            await target.MergeAsync(Staging, mode == "upsert" ? keys : [], ct);
            await transaction.CommitAsync(ct);
        }
        catch (DbException exception)
        {
            var refusal = database.Explain(exception);
            throw new SlipwayException(refusal.Code, $"Table {name} cannot be written: {refusal.Message} It is as it was before.", exception);
        }

        return $"table:{database.Name}/{connection.Database}/{name}".Replace("@", "%40", StringComparison.Ordinal);
    }

    private static void CheckKeys(DuckDbConnection rows, string table, IReadOnlyList<string> keys, CancellationToken ct)
    {
        if (keys.Count == 0)
            return;
        var columns = TableColumns.Read(rows, "rows", ct);
        if (keys.FirstOrDefault(key => !columns.ContainsKey(key)) is { } missing)
            throw SlipwayException.Invalid($"sink.keys: the rows have no column '{missing}'.{Nearest.Hint(missing, columns.Keys)}");
        var list = string.Join(", ", keys.Select(DuckDbSql.Identifier));
        var twice = rows.QueryScalar<long>($"select count(*) from (select {list} from rows group by all having count(*) > 1)", ct);
        var missed = rows.QueryScalar<long>($"select count(*) from rows where {string.Join(" or ", keys.Select(key => $"{DuckDbSql.Identifier(key)} is null"))}", ct);
        if (twice > 0 || missed > 0)
        {
            throw SlipwayException.Invalid(string.Create(
                CultureInfo.InvariantCulture,
                $"The rows for table {table} have {twice:N0} keys more than once and {missed:N0} rows without a key; choose one row for each key with dedup. Nothing was written."));
        }
    }
}
