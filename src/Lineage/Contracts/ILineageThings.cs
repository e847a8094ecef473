using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Lineage.Contracts;

/// <summary>
/// Knows the things of a kind that may stand in no edge, such as a data version that was uploaded and is used by nothing. The policy's
/// name is the kind: "data".
/// </summary>
public interface ILineageThings : IPolicy
{
    Task<bool> ExistsAsync(Caller caller, LineageNode node, CancellationToken ct);
}
