using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Lake.Gates;

/// <summary>The suite of expectations that each new version of a data asset is tested by.</summary>
/// <param name="Suite">The suite's YAML.</param>
/// <param name="Source">The name of its file, for messages.</param>
internal sealed record DataGate(AssetName Name, string Suite, string Source, DateTimeOffset ChangedAt, string ChangedBy);

/// <summary>Gates of data assets as rows.</summary>
internal sealed class GateStore(Database database)
{
    public async Task<DataGate?> FindAsync(WorkspaceName workspace, AssetName name, CancellationToken ct) =>
        (await database.FindAsync<Row>(
            """
            select suite as Suite, source as Source, changed_at as ChangedAt, changed_by as ChangedBy
            from data_gates where workspace = @Workspace and name = @Name
            """,
            new { Workspace = workspace.Value, Name = name.Value },
            ct))?.ToGate(name);

    public Task SaveAsync(WorkspaceName workspace, DataGate gate, CancellationToken ct) => database.ExecuteAsync(
        """
        insert into data_gates (workspace, name, suite, source, changed_at, changed_by)
        values (@Workspace, @Name, @Suite, @Source, @ChangedAt, @ChangedBy)
        on conflict (workspace, name) do update
        set suite = excluded.suite, source = excluded.source, changed_at = excluded.changed_at, changed_by = excluded.changed_by
        """,
        new
        {
            Workspace = workspace.Value,
            Name = gate.Name.Value,
            gate.Suite,
            gate.Source,
            ChangedAt = gate.ChangedAt.ToUnixTimeMilliseconds(),
            gate.ChangedBy,
        },
        ct);

    public async Task<bool> DeleteAsync(WorkspaceName workspace, AssetName name, CancellationToken ct) =>
        await database.ExecuteAsync(
            "delete from data_gates where workspace = @Workspace and name = @Name", new { Workspace = workspace.Value, Name = name.Value }, ct) > 0;

    // Not positional: Dapper hands SQLite integers over as long and would find no matching constructor.
    private sealed record Row
    {
        public required string Suite { get; init; }

        public required string Source { get; init; }

        public required long ChangedAt { get; init; }

        public required string ChangedBy { get; init; }

        public DataGate ToGate(AssetName name) => new(name, Suite, Source, ChangedAt.ToTime(), ChangedBy);
    }
}
