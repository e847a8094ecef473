using System.Data.Common;
using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Monitoring.Incidents;

/// <summary>Incidents and their timelines.</summary>
internal sealed class IncidentStore(Database database)
{
    private const string Columns = "id, workspace, subject, title, severity, status, owner, opened_at, acknowledged_at, resolved_at";

    /// <summary>The one of a subject that is not resolved.</summary>
    public static Task<Incident?> FindOpenAsync(DbTransaction tx, WorkspaceName workspace, string subject, CancellationToken ct) =>
        tx.FindAsync<Incident>(
            $"select {Columns} from incidents where workspace = @Workspace and subject = @Subject and status <> 'resolved'",
            new { Workspace = workspace.Value, Subject = subject },
            ct);

    public static async Task<Incident> GetAsync(DbTransaction tx, WorkspaceName workspace, string id, CancellationToken ct) =>
        await tx.FindAsync<Incident>(
            $"select {Columns} from incidents where workspace = @Workspace and id = @Id", new { Workspace = workspace.Value, Id = id }, ct)
        ?? throw SlipwayException.NotFound("Incident", id);

    public async Task<Incident> GetAsync(WorkspaceName workspace, string id, CancellationToken ct) =>
        await database.FindAsync<Incident>(
            $"select {Columns} from incidents where workspace = @Workspace and id = @Id", new { Workspace = workspace.Value, Id = id }, ct)
        ?? throw SlipwayException.NotFound("Incident", id);

    /// <summary>Newest first.</summary>
    /// <param name="status">Null: all; "open": all that are not resolved.</param>
    /// <param name="from">Opened at this time or later.</param>
    public Task<IReadOnlyList<Incident>> ListAsync(
        WorkspaceName workspace, string? status, DateTimeOffset from, DateTimeOffset to, int limit, CancellationToken ct) => database.QueryAsync<Incident>(
        $"""
         select {Columns} from incidents
         where workspace = @Workspace and opened_at >= @From and opened_at < @To
               and (cast(@Status as text) is null or status = @Status or (@Status = 'open' and status <> 'resolved'))
         order by opened_at desc, id desc limit @Limit
         """,
        new
        {
            Workspace = workspace.Value,
            Status = status,
            From = from.ToUnixTimeMilliseconds(),
            To = to.ToUnixTimeMilliseconds(),
            Limit = limit,
        },
        ct);

    public static Task PutAsync(DbTransaction tx, Incident incident, CancellationToken ct) => tx.ExecuteAsync(
        $"""
         insert into incidents ({Columns})
         values (@Id, @Workspace, @Subject, @Title, @Severity, @Status, @Owner, @OpenedAt, @AcknowledgedAt, @ResolvedAt)
         on conflict (id) do update
         set severity = excluded.severity, status = excluded.status, owner = excluded.owner,
             acknowledged_at = excluded.acknowledged_at, resolved_at = excluded.resolved_at
         """,
        incident,
        ct);

    public static Task AddAsync(DbTransaction tx, IncidentEvent happened, CancellationToken ct) => tx.ExecuteAsync(
        """
        insert into incident_events (incident, at, act, principal, text, alert)
        values (@Incident, @At, @Act, @Principal, @Text, @Alert)
        """,
        happened,
        ct);

    /// <summary>Oldest first.</summary>
    public Task<IReadOnlyList<IncidentEvent>> EventsAsync(string incident, CancellationToken ct) => database.QueryAsync<IncidentEvent>(
        "select incident, at, act, principal, text, alert from incident_events where incident = @Incident order by id",
        new { Incident = incident },
        ct);

    public static async Task<bool> HasOpenAlertsAsync(DbTransaction tx, WorkspaceName workspace, string incident, CancellationToken ct) =>
        await tx.FindAsync<string>(
            "select id from alerts where workspace = @Workspace and status <> 'resolved' and incident = @Incident limit 1",
            new { Workspace = workspace.Value, Incident = incident },
            ct) is not null;
}
