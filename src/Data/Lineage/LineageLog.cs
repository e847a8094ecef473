using System.Data;
using System.Data.Common;
using Slipway.Kernel;

namespace Slipway.Data;

/// <summary>All that happened, as edges that are only ever added.</summary>
public sealed class LineageLog(Database database, TimeProvider time)
{
    // Below SQLite's limit on parameters
    private const int NodesPerQuery = 500;

    /// <summary>A graph is cut off here: more than this, nobody reads.</summary>
    public int MaxEdges { get; init; } = 10_000;

    public Task AppendAsync(Caller caller, IEnumerable<NewEdge> edges, CancellationToken ct)
    {
        var list = edges.ToList();
        return database.WriteAsync(IsolationLevel.ReadCommitted, (tx, token) => AppendAsync(tx, caller, list, token), ct);
    }

    /// <summary>Together with the act itself: both are kept or neither.</summary>
    public async Task AppendAsync(DbTransaction tx, Caller caller, IEnumerable<NewEdge> edges, CancellationToken ct)
    {
        var now = time.UtcNow();
        var rows = edges.Select(edge => new
        {
            Workspace = caller.Workspace.Value,
            caller.Principal,
            Now = now,
            edge.Act,
            From = LineageNode.Parse(edge.From).ToString(),
            To = LineageNode.Parse(edge.To).ToString(),
            edge.Detail,
            edge.Key,
        }).ToList();
        await tx.ExecuteAsync(
            """
            insert into lineage_edges (workspace, principal, time, act, from_node, to_node, detail, unique_key)
            values (@Workspace, @Principal, @Now, @Act, @From, @To, @Detail, @Key)
            on conflict (workspace, unique_key) do nothing
            """,
            rows,
            ct);
    }

    /// <summary>What led to the node: breadth first, at most so many steps away.</summary>
    public Task<LineageGraph> UpstreamAsync(WorkspaceName workspace, string node, int depth, CancellationToken ct) =>
        WalkAsync(workspace, node, depth, "to_node", edge => edge.From, ct);

    /// <summary>What came of the node: breadth first, at most so many steps away.</summary>
    public Task<LineageGraph> DownstreamAsync(WorkspaceName workspace, string node, int depth, CancellationToken ct) =>
        WalkAsync(workspace, node, depth, "from_node", edge => edge.To, ct);

    private async Task<LineageGraph> WalkAsync(
        WorkspaceName workspace, string node, int depth, string side, Func<LineageEdge, string> next, CancellationToken ct)
    {
        var start = LineageNode.Parse(node).ToString();
        var seen = new HashSet<string>(StringComparer.Ordinal) { start };
        var found = new List<LineageEdge>();
        var frontier = new List<string> { start };
        await using var connection = await database.OpenAsync(ct);
        for (var step = 0; step < depth && frontier.Count > 0; step++)
        {
            var reached = new List<string>();
            foreach (var nodes in frontier.Chunk(NodesPerQuery))
            {
                foreach (var edge in await ReadAsync(connection, workspace, side, nodes, MaxEdges + 1 - found.Count, ct))
                {
                    if (found.Count == MaxEdges)
                        return new LineageGraph(start, found, Truncated: true);
                    found.Add(edge);
                    if (seen.Add(next(edge)))
                        reached.Add(next(edge));
                }
            }

            frontier = reached;
        }

        return new LineageGraph(start, found, Truncated: false);
    }

    private async Task<IEnumerable<LineageEdge>> ReadAsync(
        DbConnection connection, WorkspaceName workspace, string side, string[] nodes, int limit, CancellationToken ct)
    {
        var rows = await connection.QueryAsync<Row>(
            $"""
            select id, workspace, principal, time, act, from_node, to_node, detail
            from lineage_edges
            where workspace = @Workspace and {database.Dialect.AnyOf(side, "@Nodes")}
            order by id
            limit @Limit
            """,
            new { Workspace = workspace.Value, Nodes = nodes, Limit = limit },
            ct);
        return rows.Select(row => row.ToEdge());
    }

    private sealed record Row
    {
        public required long Id { get; init; }

        public required string Workspace { get; init; }

        public required string Principal { get; init; }

        public required long Time { get; init; }

        public required string Act { get; init; }

        public required string FromNode { get; init; }

        public required string ToNode { get; init; }

        public string? Detail { get; init; }

        public LineageEdge ToEdge() => new(Id, Workspace, Principal, Time.ToTime(), Act, FromNode, ToNode, Detail);
    }
}
