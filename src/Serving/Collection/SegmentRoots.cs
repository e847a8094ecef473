using System.Runtime.CompilerServices;
using Slipway.Data;

namespace Slipway.Serving.Collection;

/// <summary>What endpoints collected, and the labels that came later.</summary>
internal sealed class SegmentRoots(Database database) : IContentRoots
{
    public string Name => "serving";

    public async IAsyncEnumerable<ContentRoot> ListAsync([EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var root in ReadAsync("collected_segments", "it holds answers of an endpoint", ct))
            yield return root;
        await foreach (var root in ReadAsync("label_segments", "it holds labels of an endpoint's answers", ct))
            yield return root;
    }

    private IAsyncEnumerable<ContentRoot> ReadAsync(string table, string reason, CancellationToken ct) => database.RootsAsync(
        $"""
         select workspace, 'endpoint:' || endpoint as node, digest as text, id as number
         from {table} where id > @Number order by id limit @PageSize
         """,
        RootKind.Blob,
        reason,
        ct);
}
