using System.Data;
using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Tracking.Artifacts;

/// <summary>A part of a file, in the order of numbers.</summary>
internal sealed record UploadedPart
{
    public required int Number { get; init; }

    public required string Digest { get; init; }

    public required long Size { get; init; }
}

/// <summary>Uploads in parts that are under way.</summary>
internal sealed class UploadStore(Database database, TimeProvider time)
{
    public Task<int> AddAsync(WorkspaceName workspace, string id, ArtifactPath path, CancellationToken ct) => database.ExecuteAsync(
        "insert into artifact_uploads (id, workspace, path, created_at) values (@Id, @Workspace, @Path, @Now)",
        new { Id = id, Workspace = workspace.Value, Path = path.Value, Now = time.UtcNow() },
        ct);

    /// <summary>Keeps a part, in place of the one with this number.</summary>
    public Task PutPartAsync(string id, int number, Blob part, CancellationToken ct) => database.ExecuteAsync(
        """
        insert into artifact_upload_parts (upload_id, number, digest, size) values (@Id, @Number, @Digest, @Size)
        on conflict (upload_id, number) do update set digest = excluded.digest, size = excluded.size
        """,
        new { Id = id, Number = number, Digest = part.Digest.ToString(), part.Size },
        ct);

    public async Task DemandAsync(WorkspaceName workspace, string id, CancellationToken ct)
    {
        if (await database.FindAsync<string>(
            "select id from artifact_uploads where id = @Id and workspace = @Workspace",
            new { Id = id, Workspace = workspace.Value },
            ct) is null)
        {
            throw SlipwayException.NotFound("Upload", id);
        }
    }

    public Task<IReadOnlyList<UploadedPart>> PartsAsync(string id, CancellationToken ct) => database.QueryAsync<UploadedPart>(
        "select number, digest, size from artifact_upload_parts where upload_id = @Id order by number", new { Id = id }, ct);

    public Task DeleteAsync(string id, CancellationToken ct) => database.WriteAsync(
        IsolationLevel.ReadCommitted,
        async (tx, token) =>
        {
            await tx.ExecuteAsync("delete from artifact_upload_parts where upload_id = @Id", new { Id = id }, token);
            await tx.ExecuteAsync("delete from artifact_uploads where id = @Id", new { Id = id }, token);
        },
        ct);
}
