using Slipway.Data;

namespace Slipway.Registry.Versions;

/// <summary>Versions of registered models. Who serves one names the version, and so keeps nothing by itself.</summary>
internal sealed class ModelRoots(Database database) : IContentRoots
{
    public string Name => "registry";

    public IAsyncEnumerable<ContentRoot> ListAsync(CancellationToken ct) => database.RootsAsync(
        """
        select workspace, 'model:' || model || '@' || cast(number as text) as node, tree as text,
            workspace as first, model as second, number
        from model_versions
        where (workspace, model, number) > (@First, @Second, @Number)
        order by workspace, model, number limit @PageSize
        """,
        RootKind.Tree,
        "it is the content of a model version",
        ct);
}
