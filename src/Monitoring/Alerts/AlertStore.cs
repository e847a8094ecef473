using System.Data.Common;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Monitoring.Contracts;

namespace Slipway.Monitoring.Alerts;

/// <summary>Alerts: at most one that is not resolved for a rule and what it is about.</summary>
internal sealed class AlertStore(Database database)
{
    private const string Columns = AlertRow.Columns;

    public static async Task<Alert?> FindOpenAsync(DbTransaction tx, WorkspaceName workspace, string rule, string subject, CancellationToken ct) =>
        (await tx.FindAsync<AlertRow>(
            $"select {Columns} from alerts where workspace = @Workspace and rule = @Rule and subject = @Subject and status <> 'resolved'",
            new { Workspace = workspace.Value, Rule = rule, Subject = subject },
            ct))?.ToAlert();

    /// <summary>Those of a rule, or of all rules, that are not resolved.</summary>
    public static async Task<IReadOnlyList<Alert>> OpenAsync(DbTransaction tx, WorkspaceName workspace, string? rule, CancellationToken ct)
    {
        var rows = await tx.QueryAsync<AlertRow>(
            $"""
             select {Columns} from alerts
             where workspace = @Workspace and status <> 'resolved' and (cast(@Rule as text) is null or rule = @Rule) order by opened_at, id
             """,
            new { Workspace = workspace.Value, Rule = rule },
            ct);
        return [.. rows.Select(row => row.ToAlert())];
    }

    /// <summary>Somebody resolved it by hand, and its condition has held ever since.</summary>
    public static async Task<bool> IsHeldAsync(DbTransaction tx, WorkspaceName workspace, string rule, string subject, CancellationToken ct) =>
        await tx.FindAsync<string>(
            """
            select id from alerts
            where workspace = @Workspace and rule = @Rule and subject = @Subject and resolved_by is not null and rearmed = false
            limit 1
            """,
            new { Workspace = workspace.Value, Rule = rule, Subject = subject },
            ct) is not null;

    public static Task RearmAsync(DbTransaction tx, WorkspaceName workspace, string rule, string subject, CancellationToken ct) => tx.ExecuteAsync(
        """
        update alerts set rearmed = true
        where workspace = @Workspace and rule = @Rule and subject = @Subject and resolved_by is not null and rearmed = false
        """,
        new { Workspace = workspace.Value, Rule = rule, Subject = subject },
        ct);

    /// <summary>The rule has no alert that is open, or that waits for its condition to end.</summary>
    public async Task<bool> IsQuietAsync(WorkspaceName workspace, string rule, CancellationToken ct) => await database.FindAsync<string>(
        """
        select id from alerts where workspace = @Workspace and rule = @Rule and status <> 'resolved'
        union all
        select id from alerts where workspace = @Workspace and rule = @Rule and resolved_by is not null and rearmed = false
        """,
        new { Workspace = workspace.Value, Rule = rule },
        ct) is null;

    public static Task PutAsync(DbTransaction tx, WorkspaceName workspace, Alert alert, CancellationToken ct)
    {
        var row = AlertRow.Of(workspace, alert);
        return tx.ExecuteAsync(
            $"""
             insert into alerts (workspace, {Columns})
             values (@Workspace, @Id, @Rule, @Subject, @Severity, @Labels, @Monitor, @Signal, @Status, @Message, @Evidence, @LastWindowTo,
                     @Since, @OpenedRun, @LastRun, @OpenedAt, @FiredAt, @UpdatedAt, @AcknowledgedAt, @AcknowledgedBy, @ResolvedAt, @ResolvedBy, @Incident)
             on conflict (id) do update
             set severity = excluded.severity, labels = excluded.labels, status = excluded.status, message = excluded.message,
                 evidence = excluded.evidence, last_window_to = excluded.last_window_to, last_run = excluded.last_run, fired_at = excluded.fired_at,
                 updated_at = excluded.updated_at, acknowledged_at = excluded.acknowledged_at, acknowledged_by = excluded.acknowledged_by,
                 resolved_at = excluded.resolved_at, resolved_by = excluded.resolved_by, incident = excluded.incident
             """,
            row,
            ct);
    }

    public static Task DeleteAsync(DbTransaction tx, string id, CancellationToken ct) =>
        tx.ExecuteAsync("delete from alerts where id = @Id", new { Id = id }, ct);

    public static async Task<Alert> GetAsync(DbTransaction tx, WorkspaceName workspace, string id, CancellationToken ct) =>
        (await tx.FindAsync<AlertRow>(
            $"select {Columns} from alerts where workspace = @Workspace and id = @Id", new { Workspace = workspace.Value, Id = id }, ct))?.ToAlert()
        ?? throw SlipwayException.NotFound("Alert", id);

    public async Task<Alert> GetAsync(WorkspaceName workspace, string id, CancellationToken ct) =>
        (await FindAsync(workspace, [id], ct)) is [var alert] ? alert : throw SlipwayException.NotFound("Alert", id);

    public async Task<IReadOnlyList<Alert>> FindAsync(WorkspaceName workspace, IReadOnlyCollection<string> ids, CancellationToken ct)
    {
        var rows = await database.QueryAsync<AlertRow>(
            $"select {Columns} from alerts where workspace = @Workspace and {database.Dialect.AnyOf("id", "@Ids")} order by opened_at, id",
            new { Workspace = workspace.Value, Ids = ids.ToArray() },
            ct);
        return [.. rows.Select(row => row.ToAlert())];
    }

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<Alert>> ListAsync(WorkspaceName workspace, AlertQuery query, CancellationToken ct)
    {
        var rows = await database.QueryAsync<AlertRow>(
            $"""
             select {Columns} from alerts
             where workspace = @Workspace and (cast(@Monitor as text) is null or monitor = @Monitor)
                   and (cast(@Status as text) is null or status = @Status or (@Status = 'open' and status <> 'resolved'))
                   and (cast(@Rule as text) is null or rule = @Rule) and (cast(@Incident as text) is null or incident = @Incident)
             order by opened_at desc, id desc limit @Limit
             """,
            new { Workspace = workspace.Value, query.Monitor, query.Status, query.Rule, query.Incident, query.Limit },
            ct);
        return [.. rows.Select(row => row.ToAlert())];
    }
}

/// <summary>Which alerts; null: of all.</summary>
internal sealed record AlertQuery
{
    public string? Monitor { get; init; }

    public string? Rule { get; init; }

    public string? Incident { get; init; }

    /// <summary>"open": all that are not resolved.</summary>
    public string? Status { get; init; }

    public required int Limit { get; init; }
}
