using System.Data.Common;
using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Lake.Labels;

/// <summary>Where a label stands.</summary>
internal sealed record PlacedLabel(AssetName Name, string Label, string Version, DateTimeOffset ChangedAt, string ChangedBy);

/// <summary>Labels of data versions as rows.</summary>
internal sealed class LabelStore(Database database)
{
    private const string Columns = "label as Label, version as Version, changed_at as ChangedAt, changed_by as ChangedBy";

    public async Task<IReadOnlyList<PlacedLabel>> ListAsync(WorkspaceName workspace, AssetName name, CancellationToken ct)
    {
        var rows = await database.QueryAsync<Row>(
            $"select {Columns} from data_labels where workspace = @Workspace and name = @Name order by label",
            new { Workspace = workspace.Value, Name = name.Value },
            ct);
        return [.. rows.Select(row => row.ToLabel(name))];
    }

    public static async Task<PlacedLabel?> FindAsync(DbTransaction tx, WorkspaceName workspace, AssetName name, string label, CancellationToken ct) =>
        (await tx.FindAsync<Row>(
            $"select {Columns} from data_labels where workspace = @Workspace and name = @Name and label = @Label",
            new { Workspace = workspace.Value, Name = name.Value, Label = label },
            ct))?.ToLabel(name);

    public static Task SaveAsync(DbTransaction tx, WorkspaceName workspace, PlacedLabel placed, CancellationToken ct) => tx.ExecuteAsync(
        """
        insert into data_labels (workspace, name, label, version, changed_at, changed_by)
        values (@Workspace, @Name, @Label, @Version, @ChangedAt, @ChangedBy)
        on conflict (workspace, name, label) do update
        set version = excluded.version, changed_at = excluded.changed_at, changed_by = excluded.changed_by
        """,
        new
        {
            Workspace = workspace.Value,
            Name = placed.Name.Value,
            placed.Label,
            placed.Version,
            ChangedAt = placed.ChangedAt.ToUnixTimeMilliseconds(),
            placed.ChangedBy,
        },
        ct);

    public async Task<bool> DeleteAsync(WorkspaceName workspace, AssetName name, DataLabel label, CancellationToken ct) =>
        await database.ExecuteAsync(
            "delete from data_labels where workspace = @Workspace and name = @Name and label = @Label",
            new { Workspace = workspace.Value, Name = name.Value, Label = label.Value },
            ct) > 0;

    // Not positional: Dapper hands SQLite integers over as long and would find no matching constructor.
    private sealed record Row
    {
        public required string Label { get; init; }

        public required string Version { get; init; }

        public required long ChangedAt { get; init; }

        public required string ChangedBy { get; init; }

        public PlacedLabel ToLabel(AssetName name) => new(name, Label, Version, ChangedAt.ToTime(), ChangedBy);
    }
}
