using System.Text.RegularExpressions;
using Slipway.Engines.DuckDb;
using Slipway.Etl.Dataflows;
using Slipway.Etl.Transforms;
using Slipway.Jobs.Contracts;
using Slipway.Lake.Contracts;

namespace Slipway.Etl.Columns;

/// <summary>Keeps what the columns that a dataflow landed were made from.</summary>
internal sealed partial class ColumnTrace(ColumnStore store, ILakeTables tables)
{
    /// <param name="rows">The rows with the views of their stages.</param>
    /// <param name="node">What was landed.</param>
    public async Task KeepAsync(StepContext step, DataflowRows rows, DataflowSettings settings, string node, CancellationToken ct)
    {
        var relations = new Dictionary<string, IReadOnlyList<TracedColumn>>();
        foreach (var input in step.Inputs.Values.Where(input => input.Tree is not null && input.Name != "source"))
        {
            if (rows.Inputs.Contains(input.Name))
                relations[input.Name] = Own(rows.Connection, DuckDbSql.Identifier(input.Name), input.Node ?? $"tree:{input.Tree}", ct);
        }

        var sql = settings.Transform ?? "select * from source";
        foreach (Match match in Reference().Matches(sql))
            await AddVersionAsync(step, match.Groups[1].Value, relations, ct);
        foreach (var join in settings.Joins.Where(join => !relations.ContainsKey(join.Features)))
            await AddVersionAsync(step, $"data:{join.Features}", relations, ct, join.Features);
        relations["source"] = Source(rows, settings, relations, ct);
        var columns = QueryColumns.Of(rows.Connection, sql, relations, ct);
        using var made = rows.Connection.Query($"select * from (\n{rows.Query}\n) limit 0", ct);
        if (columns is null || columns.Count != made.Columns.Count)
        {
            await step.Log.WriteLineAsync("The lineage of the columns is not known: the query has a part that is not understood.");
            return;
        }

        await store.AddAsync([.. columns.SelectMany((column, i) => column.Origins.Select(origin => new ColumnEdge
        {
            Workspace = step.Caller.Workspace.Value,
            Node = node,
            Name = made.Columns[i].Name,
            FromNode = origin.Node,
            FromName = origin.Column,
            Kind = column.Kind,
        }))], ct);
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

    private async Task AddVersionAsync(
        StepContext step, string reference, Dictionary<string, IReadOnlyList<TracedColumn>> relations, CancellationToken ct, string? name = null)
    {
        var bound = await tables.BindAsync(step.Caller, $"'{reference}'", ct);
        using var connection = tables.ConnectSandboxed(bound.Files, []);
        relations[name ?? reference] = Own(connection, bound.Sql, bound.Reads[0].Node, ct);
    }

    private static List<TracedColumn> Own(DuckDbConnection connection, string table, string node, CancellationToken ct) =>
        [.. TableColumns.Read(connection, table, ct).Keys.Select(name => new TracedColumn(name, [new ColumnOrigin(node, name)], "identity"))];

    // 'data:airports@2'
    [GeneratedRegex("'(data:[^']+)'")]
    private static partial Regex Reference();
}
