using Slipway.Data;

namespace Slipway.Monitoring.Retraining;

/// <summary>The files of the jobs that retraining policies submit.</summary>
internal sealed class PolicyRoots(Database database) : IContentRoots
{
    public string Name => "monitoring";

    public IAsyncEnumerable<ContentRoot> ListAsync(CancellationToken ct) => database.RootsAsync(
        """
        select workspace, 'retraining:' || name as node, job as text, workspace as first, name as second
        from retraining_policies
        where (workspace, name) > (@First, @Second) order by workspace, name limit @PageSize
        """,
        RootKind.Unknown,
        "it is a file of a retraining policy's job",
        ct);
}
