using Slipway.Data;
using Slipway.Kernel;
using Slipway.Lineage.Contracts;

namespace Slipway.Lineage;

/// <summary>Walks the log and the sources as one graph.</summary>
internal sealed class LineageWalk(LineageLog log, IEnumerable<ILineageSource> sources)
{
    private readonly Policies<ILineageSource> _sources = new(sources);

    /// <summary>Every edge on a way that leads to the node, nearest first.</summary>
    public async Task<LineageGraph> UpstreamAsync(Caller caller, LineageNode node, int depth, CancellationToken ct)
    {
        if (_sources.Find(node.Kind) is not { } source)
            return await log.UpstreamAsync(caller.Workspace, node.ToString(), depth, ct);

        var first = await source.UpstreamAsync(caller, node, ct);
        var edges = new List<LineageEdge>(first);
        var seen = new HashSet<long>();
        var truncated = false;
        foreach (var from in first.Select(edge => edge.From).Distinct(StringComparer.Ordinal))
        {
            var graph = await log.UpstreamAsync(caller.Workspace, from, Math.Max(1, depth - 1), ct);
            truncated |= graph.Truncated;
            edges.AddRange(graph.Edges.Where(edge => seen.Add(edge.Id)));
        }

        return new LineageGraph(node.ToString(), edges, truncated);
    }

    /// <summary>Every edge on a way that begins at the node, nearest first.</summary>
    public Task<LineageGraph> DownstreamAsync(Caller caller, LineageNode node, int depth, CancellationToken ct) =>
        log.DownstreamAsync(caller.Workspace, node.ToString(), depth, ct);
}
