using Slipway.Data;

namespace Slipway.Lake.Assets;

/// <summary>Versions of data assets keep their trees, archived ones too. Profiles and reports of tests keep nothing.</summary>
internal sealed class VersionRoots(Database database) : IContentRoots
{
    public string Name => "lake";

    public IAsyncEnumerable<ContentRoot> ListAsync(CancellationToken ct) => database.RootsAsync(
        """
        select workspace, 'data:' || name || '@' || version as node, tree as text, sequence as number
        from data_versions where sequence > @Number order by sequence limit @PageSize
        """,
        RootKind.Tree,
        "it is the content of a data version",
        ct);
}
