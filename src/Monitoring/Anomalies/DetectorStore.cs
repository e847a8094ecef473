using System.Data.Common;
using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Monitoring.Anomalies;

/// <summary>Anomaly detectors, kept as the text in which they were declared.</summary>
internal sealed class DetectorStore(Database database, TimeProvider time)
{
    private const string Columns = "workspace, name, definition, error, looked_at, created_at, created_by, updated_at";

    public Task<int> PutAsync(Caller caller, string name, string definition, CancellationToken ct) => database.ExecuteAsync(
        $"""
         insert into anomaly_detectors ({Columns}) values (@Workspace, @Name, @Definition, null, 0, @Now, @Principal, @Now)
         on conflict (workspace, name) do update
         set definition = excluded.definition, error = null, looked_at = 0, updated_at = excluded.updated_at
         """,
        new { Workspace = caller.Workspace.Value, Name = name, Definition = definition, Now = time.UtcNow(), caller.Principal },
        ct);

    public async Task<DetectorRow> GetAsync(WorkspaceName workspace, string name, CancellationToken ct) =>
        await database.FindAsync<DetectorRow>(
            $"select {Columns} from anomaly_detectors where workspace = @Workspace and name = @Name", new { Workspace = workspace.Value, Name = name }, ct)
        ?? throw SlipwayException.NotFound("Anomaly detector", name);

    public Task<IReadOnlyList<DetectorRow>> ListAsync(WorkspaceName workspace, CancellationToken ct) => database.QueryAsync<DetectorRow>(
        $"select {Columns} from anomaly_detectors where workspace = @Workspace order by name", new { Workspace = workspace.Value }, ct);

    /// <param name="error">Why it could not be looked at; null: it could.</param>
    public Task<int> NoteAsync(WorkspaceName workspace, string name, string? error, CancellationToken ct) => database.ExecuteAsync(
        "update anomaly_detectors set error = @Error, looked_at = @Now where workspace = @Workspace and name = @Name",
        new { Workspace = workspace.Value, Name = name, Error = error, Now = time.UtcNow() },
        ct);

    /// <summary>With all that it said; false when there was none.</summary>
    public static async Task<bool> DeleteAsync(DbTransaction tx, WorkspaceName workspace, string name, CancellationToken ct)
    {
        var key = new { Workspace = workspace.Value, Name = name };
        await tx.ExecuteAsync("delete from anomaly_points where workspace = @Workspace and detector = @Name", key, ct);
        return await tx.ExecuteAsync("delete from anomaly_detectors where workspace = @Workspace and name = @Name", key, ct) > 0;
    }
}

internal sealed record DetectorRow
{
    public required string Workspace { get; init; }

    public required string Name { get; init; }

    public required string Definition { get; init; }

    public string? Error { get; init; }

    /// <summary>0: never.</summary>
    public required long LookedAt { get; init; }

    public required long CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    public required long UpdatedAt { get; init; }

    public AnomalyDetector Read() => AnomalyDetector.Read(Definition, Name);
}
