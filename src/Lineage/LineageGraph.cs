using Slipway.Data;
using Slipway.Kernel;
using Slipway.Lineage.Contracts;

namespace Slipway.Lineage;

/// <summary>Walks the log and the sources as one graph.</summary>
internal sealed class LineageGraph(LineageLog log, IEnumerable<ILineageSource> sources)
{
    private readonly Policies<ILineageSource> _sources = new(sources);

    /// <summary>Every edge on a way that leads to the node, nearest first.</summary>
    public async Task<IReadOnlyList<LineageEdge>> UpstreamAsync(Caller caller, LineageNode node, int depth, CancellationToken ct)
    {
        if (_sources.Find(node.Kind) is not { } source)
            return await log.UpstreamAsync(caller.Workspace, node, depth, ct);

        var first = await source.UpstreamAsync(caller, node, ct);
        var edges = new List<LineageEdge>(first);
        var seen = new HashSet<long>();
        foreach (var from in first.Select(edge => edge.From).Distinct(StringComparer.Ordinal))
        {
            foreach (var edge in await log.UpstreamAsync(caller.Workspace, LineageNode.Parse(from), depth - 1, ct))
            {
                if (seen.Add(edge.Id))
                    edges.Add(edge);
            }
        }

        return edges;
    }

    /// <summary>Every edge on a way that begins at the node, nearest first.</summary>
    public Task<IReadOnlyList<LineageEdge>> DownstreamAsync(Caller caller, LineageNode node, int depth, CancellationToken ct) =>
        log.DownstreamAsync(caller.Workspace, node, depth, ct);
}
