using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Lake.Retention;

/// <summary>How much of a data asset is kept.</summary>
/// <param name="KeepVersions">The newest so many; null: however many there are.</param>
/// <param name="KeepBytes">The newest that occupy no more than this together; null: whatever they occupy.</param>
internal sealed record RetentionRule(
    WorkspaceName Workspace, AssetName Name, long? KeepVersions, long? KeepBytes, DateTimeOffset ChangedAt, string ChangedBy);

/// <summary>Rules of retention as rows.</summary>
internal sealed class RetentionStore(Database database)
{
    private const string Columns =
        """
        workspace as Workspace, name as Name, keep_versions as KeepVersions, keep_bytes as KeepBytes,
        changed_at as ChangedAt, changed_by as ChangedBy
        """;

    public async Task<RetentionRule?> FindAsync(WorkspaceName workspace, AssetName name, CancellationToken ct) =>
        (await database.FindAsync<Row>(
            $"select {Columns} from data_retention where workspace = @Workspace and name = @Name",
            new { Workspace = workspace.Value, Name = name.Value },
            ct))?.ToRule();

    /// <summary>Those of all workspaces.</summary>
    public async Task<IReadOnlyList<RetentionRule>> ListAsync(CancellationToken ct) =>
        [.. (await database.QueryAsync<Row>($"select {Columns} from data_retention order by workspace, name", null, ct)).Select(row => row.ToRule())];

    public Task SaveAsync(RetentionRule rule, CancellationToken ct) => database.ExecuteAsync(
        """
        insert into data_retention (workspace, name, keep_versions, keep_bytes, changed_at, changed_by)
        values (@Workspace, @Name, @KeepVersions, @KeepBytes, @ChangedAt, @ChangedBy)
        on conflict (workspace, name) do update
        set keep_versions = excluded.keep_versions, keep_bytes = excluded.keep_bytes,
            changed_at = excluded.changed_at, changed_by = excluded.changed_by
        """,
        new
        {
            Workspace = rule.Workspace.Value,
            Name = rule.Name.Value,
            rule.KeepVersions,
            rule.KeepBytes,
            ChangedAt = rule.ChangedAt.ToUnixTimeMilliseconds(),
            rule.ChangedBy,
        },
        ct);

    public async Task<bool> DeleteAsync(WorkspaceName workspace, AssetName name, CancellationToken ct) =>
        await database.ExecuteAsync(
            "delete from data_retention where workspace = @Workspace and name = @Name", new { Workspace = workspace.Value, Name = name.Value }, ct) > 0;

    // Not positional: Dapper hands SQLite integers over as long and would find no matching constructor.
    private sealed record Row
    {
        public required string Workspace { get; init; }

        public required string Name { get; init; }

        public long? KeepVersions { get; init; }

        public long? KeepBytes { get; init; }

        public required long ChangedAt { get; init; }

        public required string ChangedBy { get; init; }

        public RetentionRule ToRule() => new(
            WorkspaceName.Parse(Workspace), AssetName.Parse(Name), KeepVersions, KeepBytes, ChangedAt.ToTime(), ChangedBy);
    }
}
