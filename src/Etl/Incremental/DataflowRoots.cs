using Slipway.Data;

namespace Slipway.Etl.Incremental;

/// <summary>Code and local files of dataflows.</summary>
internal sealed class DataflowRoots(Database database) : IContentRoots
{
    public string Name => "dataflows";

    public IAsyncEnumerable<ContentRoot> ListAsync(CancellationToken ct) => database.RootsAsync(
        """
        select workspace, 'dataflow:' || name as node, files as text, id as first
        from dataflows where id > @First order by id limit @PageSize
        """,
        RootKind.Unknown,
        "it is a file of a dataflow",
        ct);
}
