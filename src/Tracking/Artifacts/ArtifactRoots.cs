using System.Runtime.CompilerServices;
using Slipway.Data;

namespace Slipway.Tracking.Artifacts;

/// <summary>Artifacts of runs and of logged models, and the parts of uploads that are under way.</summary>
internal sealed class ArtifactRoots(Database database) : IContentRoots
{
    public string Name => "tracking";

    public async IAsyncEnumerable<ContentRoot> ListAsync([EnumeratorCancellation] CancellationToken ct)
    {
        // A folder has no digest, and so is no root.
        var artifacts = database.RootsAsync(
            """
            select workspace, 'artifact:' || folder || '/' || name as node, coalesce(digest, '') as text,
                workspace as first, folder as second, name as third
            from artifacts
            where (workspace, folder, name) > (@First, @Second, @Third)
            order by workspace, folder, name limit @PageSize
            """,
            RootKind.Blob,
            "it is an artifact of a run or of a logged model",
            ct);
        await foreach (var root in artifacts)
            yield return root;

        var parts = database.RootsAsync(
            """
            select u.workspace, 'upload:' || u.id as node, p.digest as text, p.upload_id as first, p.number as number
            from artifact_upload_parts p join artifact_uploads u on u.id = p.upload_id
            where (p.upload_id, p.number) > (@First, @Number)
            order by p.upload_id, p.number limit @PageSize
            """,
            RootKind.Blob,
            "it is a part of an unfinished upload",
            ct);
        await foreach (var root in parts)
            yield return root;
    }
}
