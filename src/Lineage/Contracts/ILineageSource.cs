using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Lineage.Contracts;

/// <summary>
/// Answers for the edges of a kind of node that are too many for the log (each prediction, each label) and are kept
/// by their module instead. The policy's name is the kind: "prediction".
/// </summary>
public interface ILineageSource : IPolicy
{
    /// <summary>The edges that lead to the node; empty when the module does not know it.</summary>
    Task<IReadOnlyList<LineageEdge>> UpstreamAsync(Caller caller, LineageNode node, CancellationToken ct);
}
