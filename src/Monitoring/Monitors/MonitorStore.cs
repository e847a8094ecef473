using Slipway.Data;
using Slipway.Kernel;
using Slipway.Monitoring.Definitions;

namespace Slipway.Monitoring.Monitors;

/// <summary>Monitors, kept as the text in which they were declared.</summary>
internal sealed class MonitorStore(Database database, TimeProvider time)
{
    private const string Columns = "workspace, name, definition, enabled, created_at, created_by, updated_at";

    public Task<int> PutAsync(Caller caller, string name, string definition, CancellationToken ct) => database.ExecuteAsync(
        $"""
         insert into monitors ({Columns}) values (@Workspace, @Name, @Definition, @Enabled, @Now, @Principal, @Now)
         on conflict (workspace, name) do update set definition = excluded.definition, updated_at = excluded.updated_at
         """,
        new { Workspace = caller.Workspace.Value, Name = name, Definition = definition, Enabled = true, Now = time.UtcNow(), caller.Principal },
        ct);

    public Task<MonitorRow?> FindAsync(WorkspaceName workspace, string name, CancellationToken ct) => database.FindAsync<MonitorRow>(
        $"select {Columns} from monitors where workspace = @Workspace and name = @Name",
        new { Workspace = workspace.Value, Name = name },
        ct);

    public async Task<MonitorDefinition> GetAsync(WorkspaceName workspace, string name, CancellationToken ct) =>
        (await FindAsync(workspace, name, ct))?.Read() ?? throw SlipwayException.NotFound("Monitor", name);

    public Task<IReadOnlyList<MonitorRow>> ListAsync(WorkspaceName workspace, CancellationToken ct) => database.QueryAsync<MonitorRow>(
        $"select {Columns} from monitors where workspace = @Workspace order by name", new { Workspace = workspace.Value }, ct);

    /// <summary>The enabled ones of all workspaces, for the timer.</summary>
    public Task<IReadOnlyList<MonitorRow>> EnabledAsync(CancellationToken ct) => database.QueryAsync<MonitorRow>(
        $"select {Columns} from monitors where enabled = @Yes order by workspace, name", new { Yes = true }, ct);

    /// <summary>False when there is no such monitor.</summary>
    public async Task<bool> SetEnabledAsync(WorkspaceName workspace, string name, bool enabled, CancellationToken ct) => await database.ExecuteAsync(
        "update monitors set enabled = @Enabled, updated_at = @Now where workspace = @Workspace and name = @Name",
        new { Workspace = workspace.Value, Name = name, Enabled = enabled, Now = time.UtcNow() },
        ct) > 0;

    /// <summary>False when there was none. Its runs and alerts stay.</summary>
    public async Task<bool> DeleteAsync(WorkspaceName workspace, string name, CancellationToken ct) => await database.ExecuteAsync(
        "delete from monitors where workspace = @Workspace and name = @Name", new { Workspace = workspace.Value, Name = name }, ct) > 0;
}

internal sealed record MonitorRow
{
    public required string Workspace { get; init; }

    public required string Name { get; init; }

    public required string Definition { get; init; }

    /// <summary>The timer runs it; by hand it can always be run.</summary>
    public required bool Enabled { get; init; }

    public required long CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    public required long UpdatedAt { get; init; }

    public MonitorDefinition Read() => MonitorReader.Read(Definition, Name);
}
