using Slipway.Kernel;

namespace Slipway.Lake.Contracts;

/// <summary>Things of which it has to be told what they were made from: retention forgets no version that led to one.</summary>
public interface IKeptHistories : IPolicy
{
    /// <summary>Whether any of these nodes of the lineage is one that exists.</summary>
    Task<bool> ContainsAnyAsync(WorkspaceName workspace, IReadOnlySet<string> nodes, CancellationToken ct);
}
