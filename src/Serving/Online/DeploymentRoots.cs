using Slipway.Data;

namespace Slipway.Serving.Online;

/// <summary>What online deployments need beside their models, which the registry keeps: code, folders that images are built from.</summary>
internal sealed class DeploymentRoots(Database database) : IContentRoots
{
    public string Name => "deployments";

    public IAsyncEnumerable<ContentRoot> ListAsync(CancellationToken ct) => database.RootsAsync(
        """
        select workspace, 'deployment:' || endpoint || '/' || name as node, settings as text,
            workspace as first, endpoint || '/' || name as second
        from online_deployments where (workspace, endpoint || '/' || name) > (@First, @Second)
        order by workspace, endpoint || '/' || name limit @PageSize
        """,
        RootKind.Unknown,
        "it is code or another file of an online deployment",
        ct);
}
