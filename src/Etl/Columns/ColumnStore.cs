using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Etl.Columns;

/// <summary>A row of table column_edges: a column of a thing was made from a column of another one.</summary>
internal sealed record ColumnEdge
{
    public required string Workspace { get; init; }

    public required string Node { get; init; }

    public required string Name { get; init; }

    public required string FromNode { get; init; }

    public required string FromName { get; init; }

    public required string Kind { get; init; }
}

/// <summary>The table of what columns were made from.</summary>
internal sealed class ColumnStore(Database database)
{
    /// <summary>The same edge once more is none.</summary>
    public Task AddAsync(IReadOnlyList<ColumnEdge> edges, CancellationToken ct) => database.WriteAsync(
        (tx, token) => tx.ExecuteAsync(
            """
            insert into column_edges (workspace, node, name, from_node, from_name, kind)
            values (@Workspace, @Node, @Name, @FromNode, @FromName, @Kind)
            on conflict (workspace, node, name, from_node, from_name) do update set kind = excluded.kind
            """,
            edges,
            token),
        ct);

    /// <summary>What the columns of the node were made from.</summary>
    public Task<IReadOnlyList<ColumnEdge>> OfAsync(WorkspaceName workspace, string node, CancellationToken ct) => database.QueryAsync<ColumnEdge>(
        """
        select workspace, node, name, from_node, from_name, kind from column_edges
        where workspace = @Workspace and node = @Node order by name, from_node, from_name
        """,
        new { Workspace = workspace.Value, Node = node },
        ct);
}
