using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Etl.Connections;

/// <summary>The table of connections.</summary>
internal sealed class ConnectionStore(Database database)
{
    private const string Columns = "workspace, name, type, definition, credentials, changed_at, changed_by";

    public Task<Connection?> FindAsync(WorkspaceName workspace, string name, CancellationToken ct) => database.FindAsync<Connection>(
        $"select {Columns} from connections where workspace = @Workspace and name = @Name",
        new { Workspace = workspace.Value, Name = name },
        ct);

    public Task<IReadOnlyList<Connection>> ListAsync(WorkspaceName workspace, string? type, CancellationToken ct) => database.QueryAsync<Connection>(
        $"select {Columns} from connections where workspace = @Workspace and (type = @Type or @Type = '') order by name",
        new { Workspace = workspace.Value, Type = type ?? "" },
        ct);

    /// <summary>Creates or replaces.</summary>
    public Task SaveAsync(Connection connection, CancellationToken ct) => database.ExecuteAsync(
        """
        insert into connections (workspace, name, type, definition, credentials, changed_at, changed_by)
        values (@Workspace, @Name, @Type, @Definition, @Credentials, @ChangedAt, @ChangedBy)
        on conflict (workspace, name) do update
        set type = excluded.type, definition = excluded.definition, credentials = excluded.credentials,
            changed_at = excluded.changed_at, changed_by = excluded.changed_by
        """,
        connection,
        ct);

    public Task DeleteAsync(WorkspaceName workspace, string name, CancellationToken ct) => database.ExecuteAsync(
        "delete from connections where workspace = @Workspace and name = @Name", new { Workspace = workspace.Value, Name = name }, ct);
}
