using Slipway.Data;

namespace Slipway.Serving.Batch;

/// <summary>Code, components and environments that batch deployments run.</summary>
internal sealed class BatchRoots(Database database) : IContentRoots
{
    public string Name => "batch";

    public IAsyncEnumerable<ContentRoot> ListAsync(CancellationToken ct) => database.RootsAsync(
        """
        select workspace, 'batch-deployment:' || endpoint || '/' || name as node, files as text,
            workspace as first, endpoint || '/' || name as second
        from batch_deployments where (workspace, endpoint || '/' || name) > (@First, @Second)
        order by workspace, endpoint || '/' || name limit @PageSize
        """,
        RootKind.Unknown,
        "it is code or another file of a batch deployment",
        ct);
}
