using System.Data;
using System.Data.Common;
using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Tracking.Artifacts;

/// <summary>A file or folder in the artifact store.</summary>
internal sealed record ArtifactRow
{
    public required string Name { get; init; }

    /// <summary>Null: a folder.</summary>
    public string? Digest { get; init; }

    public required long Size { get; init; }

    public required long UpdatedAt { get; init; }

    public bool IsFolder => Digest is null;
}

/// <summary>Names on contents: which blob lies at which path. The blobs themselves are in the content store.</summary>
internal sealed class ArtifactStore(Database database, TimeProvider time)
{
    // The folders below a path, itself included.
    private const string Below =
        """
        with recursive below (folder) as (
            select cast(@Path as text)
            union all
            select case when b.folder = '' then a.name else b.folder || '/' || a.name end
            from below b join artifacts a on a.workspace = @Workspace and a.folder = b.folder
            where a.digest is null
        )
        """;

    public Task<ArtifactRow?> FindAsync(WorkspaceName workspace, ArtifactPath path, CancellationToken ct) =>
        database.FindAsync<ArtifactRow>(
            """
            select name, digest, size, updated_at from artifacts
            where workspace = @Workspace and folder = @Folder and name = @Name
            """,
            new { Workspace = workspace.Value, path.Folder, path.Name },
            ct);

    /// <summary>One level, sorted by name.</summary>
    public async Task<IReadOnlyList<ArtifactRow>> ListAsync(WorkspaceName workspace, ArtifactPath folder, CancellationToken ct)
    {
        var rows = await database.QueryAsync<ArtifactRow>(
            "select name, digest, size, updated_at from artifacts where workspace = @Workspace and folder = @Folder",
            new { Workspace = workspace.Value, Folder = folder.Value },
            ct);
        return [.. rows.OrderBy(row => row.Name, StringComparer.Ordinal)];
    }

    /// <summary>All files below a folder, with paths relative to it.</summary>
    public async Task<IReadOnlyList<TreeEntry>> FilesBelowAsync(
        WorkspaceName workspace, ArtifactPath folder, CancellationToken ct)
    {
        var rows = await database.QueryAsync<FileRow>(
            $"""
            {Below}
            select a.folder, a.name, a.digest, a.size
            from below b join artifacts a on a.workspace = @Workspace and a.folder = b.folder
            where a.digest is not null
            """,
            new { Workspace = workspace.Value, Path = folder.Value },
            ct);
        var prefix = folder.IsRoot ? 0 : folder.Value.Length + 1;
        return
        [
            .. rows.Select(row => new TreeEntry(
                (row.Folder.Length > 0 ? $"{row.Folder}/{row.Name}" : row.Name)[prefix..], Digest.Parse(row.Digest), row.Size)),
        ];
    }

    /// <summary>Names contents, in place of what had these names; all of them or none.</summary>
    public Task PutAsync(WorkspaceName workspace, IReadOnlyCollection<(ArtifactPath Path, Blob Blob)> files, CancellationToken ct) =>
        database.WriteAsync(IsolationLevel.ReadCommitted, async (tx, token) =>
        {
            var folders = files.SelectMany(file => file.Path.Parents()).DistinctBy(folder => folder.Value)
                .OrderBy(folder => folder.Value, StringComparer.Ordinal);
            foreach (var folder in folders)
                await AddFolderAsync(tx, workspace, folder, token);
            foreach (var (path, blob) in files.OrderBy(file => file.Path.Value, StringComparer.Ordinal))
                await PutAsync(tx, workspace, path, blob, token);
        }, ct);

    /// <summary>Forgets a file or a folder with all that is in it; that it was not there is no error.</summary>
    public Task DeleteAsync(WorkspaceName workspace, ArtifactPath path, CancellationToken ct) =>
        database.WriteAsync(IsolationLevel.ReadCommitted, async (tx, token) =>
        {
            var place = new { Workspace = workspace.Value, Path = path.Value, path.Folder, path.Name };
            await tx.ExecuteAsync(
                $"{Below} delete from artifacts where workspace = @Workspace and folder in (select folder from below)", place, token);
            await tx.ExecuteAsync(
                "delete from artifacts where workspace = @Workspace and folder = @Folder and name = @Name", place, token);
        }, ct);

    private async Task AddFolderAsync(DbTransaction tx, WorkspaceName workspace, ArtifactPath folder, CancellationToken ct)
    {
        var place = new { Workspace = workspace.Value, folder.Folder, folder.Name, Now = time.UtcNow() };
        await tx.ExecuteAsync(
            """
            insert into artifacts (workspace, folder, name, digest, size, updated_at)
            values (@Workspace, @Folder, @Name, null, 0, @Now)
            on conflict do nothing
            """,
            place,
            ct);
        if (await tx.FindAsync<string>(
            "select digest from artifacts where workspace = @Workspace and folder = @Folder and name = @Name", place, ct) is not null)
        {
            throw SlipwayException.Invalid($"'{folder}' is a file, so nothing can be put into it; delete it or choose another path.");
        }
    }

    private async Task PutAsync(DbTransaction tx, WorkspaceName workspace, ArtifactPath path, Blob blob, CancellationToken ct)
    {
        var written = await tx.ExecuteAsync(
            """
            insert into artifacts (workspace, folder, name, digest, size, updated_at)
            values (@Workspace, @Folder, @Name, @Digest, @Size, @Now)
            on conflict (workspace, folder, name) do update
            set digest = excluded.digest, size = excluded.size, updated_at = excluded.updated_at
            where artifacts.digest is not null
            """,
            new
            {
                Workspace = workspace.Value,
                path.Folder,
                path.Name,
                Digest = blob.Digest.ToString(),
                blob.Size,
                Now = time.UtcNow(),
            },
            ct);
        if (written == 0)
            throw SlipwayException.Invalid($"'{path}' is a folder, so no file can be put there; delete it or choose another path.");
    }

    private sealed record FileRow
    {
        public required string Folder { get; init; }

        public required string Name { get; init; }

        public required string Digest { get; init; }

        public required long Size { get; init; }
    }
}
