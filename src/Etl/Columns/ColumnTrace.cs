using Slipway.Engines.DuckDb;
using Slipway.Etl.Dataflows;
using Slipway.Etl.Transforms;
using Slipway.Jobs.Contracts;
using Slipway.Lake.Contracts;

namespace Slipway.Etl.Columns;

/// <summary>Keeps what the columns that a dataflow landed were made from.</summary>
internal sealed class ColumnTrace(QueryTrace trace)
{
    /// <summary>What a step's log says where a query is not understood.</summary>
    public const string Unknown = "The lineage of the columns is not known: the query has a part that is not understood.";

    /// <param name="rows">The rows with the views of their stages.</param>
    /// <param name="node">What was landed.</param>
    public async Task KeepAsync(StepContext step, DataflowRows rows, DataflowSettings settings, string node, CancellationToken ct)
    {
        var relations = new Dictionary<string, IReadOnlyList<TracedColumn>>();
        foreach (var input in step.Inputs.Values.Where(input => input.Tree is not null && input.Name != "source"))
        {
            if (rows.Inputs.Contains(input.Name))
                relations[input.Name] = QueryTrace.Own(rows.Connection, DuckDbSql.Identifier(input.Name), input.Node ?? $"tree:{input.Tree}", ct);
        }

        var sql = settings.Transform ?? "select * from source";
        await trace.AddVersionsAsync(step.Caller, sql, relations, ct);
        foreach (var join in settings.Joins.Where(join => !relations.ContainsKey(join.Features)))
            relations[join.Features] = await trace.VersionAsync(step.Caller, $"data:{join.Features}", ct);
        relations["source"] = Source(rows, settings, relations, ct);
        using var made = rows.Connection.Query($"select * from (\n{rows.Query}\n) limit 0", ct);
        if (!await trace.KeepAsync(step.Caller, rows.Connection, sql, relations, [.. made.Columns.Select(column => column.Name)], node, ct))
            await step.Log.WriteLineAsync(Unknown);
    }

    // The stages before the transform keep the names of columns; joins add some.
    private static List<TracedColumn> Source(
        DataflowRows rows, DataflowSettings settings, Dictionary<string, IReadOnlyList<TracedColumn>> relations, CancellationToken ct)
    {
        var columns = new List<TracedColumn>();
        foreach (var name in TableColumns.Read(rows.Connection, "source", ct).Keys)
        {
            var feature = settings.Joins
                .SelectMany(join => relations[join.Features].Where(column => join.Prefix + column.Name == name && Adds(join, column.Name)))
                .FirstOrDefault();
            columns.Add(feature is not null && !rows.Columns.ContainsKey(name)
                ? feature with { Name = name }
                : new TracedColumn(name, [new ColumnOrigin(rows.Source.Node, name)], "identity"));
        }

        return columns;
    }

    private static bool Adds(PointInTimeJoin join, string column) => join.Columns.Count == 0 || join.Columns.Contains(column);
}
