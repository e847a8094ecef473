using System.Data.Common;
using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Monitoring.Rules;

/// <summary>Alert rules, kept as the text in which they were declared.</summary>
internal sealed class RuleStore(Database database, TimeProvider time)
{
    private const string Columns = "workspace, name, definition, error, created_at, created_by, updated_at";

    public Task<int> PutAsync(Caller caller, string name, string definition, CancellationToken ct) => database.ExecuteAsync(
        $"""
         insert into alert_rules ({Columns}) values (@Workspace, @Name, @Definition, null, @Now, @Principal, @Now)
         on conflict (workspace, name) do update set definition = excluded.definition, error = null, updated_at = excluded.updated_at
         """,
        new { Workspace = caller.Workspace.Value, Name = name, Definition = definition, Now = time.UtcNow(), caller.Principal },
        ct);

    public async Task<RuleRow> GetAsync(WorkspaceName workspace, string name, CancellationToken ct) =>
        await database.FindAsync<RuleRow>(
            $"select {Columns} from alert_rules where workspace = @Workspace and name = @Name", new { Workspace = workspace.Value, Name = name }, ct)
        ?? throw SlipwayException.NotFound("Alert rule", name);

    public Task<IReadOnlyList<RuleRow>> ListAsync(WorkspaceName workspace, CancellationToken ct) => database.QueryAsync<RuleRow>(
        $"select {Columns} from alert_rules where workspace = @Workspace order by name", new { Workspace = workspace.Value }, ct);

    /// <param name="error">Why it could not be looked at last; null: it could.</param>
    public Task<int> NoteAsync(WorkspaceName workspace, string name, string? error, CancellationToken ct) => database.ExecuteAsync(
        "update alert_rules set error = @Error where workspace = @Workspace and name = @Name",
        new { Workspace = workspace.Value, Name = name, Error = error },
        ct);

    /// <summary>False when there was none.</summary>
    public static async Task<bool> DeleteAsync(DbTransaction tx, WorkspaceName workspace, string name, CancellationToken ct) => await tx.ExecuteAsync(
        "delete from alert_rules where workspace = @Workspace and name = @Name", new { Workspace = workspace.Value, Name = name }, ct) > 0;

    /// <summary>Workspaces in which there is something to look at.</summary>
    public Task<IReadOnlyList<string>> WorkspacesAsync(CancellationToken ct) => database.QueryAsync<string>(
        """
        select workspace from alert_rules union select workspace from anomaly_detectors union select workspace from alerts where status <> 'resolved' union select workspace from alert_groups
        """,
        null,
        ct);
}

internal sealed record RuleRow
{
    public required string Workspace { get; init; }

    public required string Name { get; init; }

    public required string Definition { get; init; }

    public string? Error { get; init; }

    public required long CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    public required long UpdatedAt { get; init; }

    public AlertRule Read() => AlertRule.Read(Definition, Name);
}
