using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Monitoring.Notifications;

/// <summary>Receivers, kept as the text in which they were declared.</summary>
internal sealed class ReceiverStore(Database database, TimeProvider time)
{
    private const string Columns = "workspace, name, definition, created_at, created_by, updated_at";

    public Task<int> PutAsync(Caller caller, string name, string definition, CancellationToken ct) => database.ExecuteAsync(
        $"""
         insert into alert_receivers ({Columns}) values (@Workspace, @Name, @Definition, @Now, @Principal, @Now)
         on conflict (workspace, name) do update set definition = excluded.definition, updated_at = excluded.updated_at
         """,
        new { Workspace = caller.Workspace.Value, Name = name, Definition = definition, Now = time.UtcNow(), caller.Principal },
        ct);

    public async Task<ReceiverRow> GetAsync(WorkspaceName workspace, string name, CancellationToken ct) =>
        await database.FindAsync<ReceiverRow>(
            $"select {Columns} from alert_receivers where workspace = @Workspace and name = @Name", new { Workspace = workspace.Value, Name = name }, ct)
        ?? throw SlipwayException.NotFound("Receiver", name);

    public Task<IReadOnlyList<ReceiverRow>> ListAsync(WorkspaceName workspace, CancellationToken ct) => database.QueryAsync<ReceiverRow>(
        $"select {Columns} from alert_receivers where workspace = @Workspace order by name", new { Workspace = workspace.Value }, ct);

    /// <summary>False when there was none.</summary>
    public async Task<bool> DeleteAsync(WorkspaceName workspace, string name, CancellationToken ct) => await database.ExecuteAsync(
        "delete from alert_receivers where workspace = @Workspace and name = @Name", new { Workspace = workspace.Value, Name = name }, ct) > 0;
}

internal sealed record ReceiverRow
{
    public required string Workspace { get; init; }

    public required string Name { get; init; }

    public required string Definition { get; init; }

    public required long CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    public required long UpdatedAt { get; init; }

    public Receiver Read() => Receiver.Read(Definition, Name);
}
