using System.Data.Common;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Monitoring.Contracts;

namespace Slipway.Monitoring.Alerts;

/// <summary>Alerts: at most one is open for a signal.</summary>
internal sealed class AlertStore(Database database)
{
    private const string Columns =
        "id, monitor, signal, status, message, opened_run, last_run, last_window_to, opened_at, updated_at, resolved_at";

    public static async Task<(Alert Alert, long LastWindowTo)?> FindOpenAsync(
        DbTransaction tx, WorkspaceName workspace, string monitor, string signal, CancellationToken ct) =>
        await tx.FindAsync<Row>(
            $"select {Columns} from alerts where workspace = @Workspace and monitor = @Monitor and signal = @Signal and status = 'open'",
            new { Workspace = workspace.Value, Monitor = monitor, Signal = signal },
            ct) is { } row
            ? (row.ToAlert(), row.LastWindowTo)
            : null;

    public static Task PutAsync(DbTransaction tx, WorkspaceName workspace, Alert alert, DateTimeOffset windowTo, CancellationToken ct) =>
        tx.ExecuteAsync(
            $"""
             insert into alerts (workspace, {Columns})
             values (@Workspace, @Id, @Monitor, @Signal, @Status, @Message, @OpenedRun, @LastRun, @WindowTo, @OpenedAt, @UpdatedAt, @ResolvedAt)
             on conflict (id) do update
             set status = excluded.status, message = excluded.message, last_run = excluded.last_run,
                 last_window_to = excluded.last_window_to, updated_at = excluded.updated_at, resolved_at = excluded.resolved_at
             """,
            new
            {
                Workspace = workspace.Value,
                alert.Id,
                alert.Monitor,
                alert.Signal,
                alert.Status,
                alert.Message,
                alert.OpenedRun,
                alert.LastRun,
                WindowTo = windowTo.ToUnixTimeMilliseconds(),
                OpenedAt = alert.OpenedAt.ToUnixTimeMilliseconds(),
                UpdatedAt = alert.UpdatedAt.ToUnixTimeMilliseconds(),
                ResolvedAt = alert.ResolvedAt?.ToUnixTimeMilliseconds(),
            },
            ct);

    /// <summary>Newest first.</summary>
    /// <param name="monitor">Null: of all monitors.</param>
    /// <param name="status">Null: open and resolved.</param>
    public async Task<IReadOnlyList<Alert>> ListAsync(
        WorkspaceName workspace, string? monitor, string? status, int limit, CancellationToken ct)
    {
        var rows = await database.QueryAsync<Row>(
            $"""
             select {Columns} from alerts
             where workspace = @Workspace and (cast(@Monitor as text) is null or monitor = @Monitor)
                   and (cast(@Status as text) is null or status = @Status)
             order by opened_at desc, id desc limit @Limit
             """,
            new { Workspace = workspace.Value, Monitor = monitor, Status = status, Limit = limit },
            ct);
        return [.. rows.Select(row => row.ToAlert())];
    }

    private sealed record Row
    {
        public required string Id { get; init; }

        public required string Monitor { get; init; }

        public required string Signal { get; init; }

        public required string Status { get; init; }

        public required string Message { get; init; }

        public required string OpenedRun { get; init; }

        public required string LastRun { get; init; }

        public required long LastWindowTo { get; init; }

        public required long OpenedAt { get; init; }

        public required long UpdatedAt { get; init; }

        public long? ResolvedAt { get; init; }

        public Alert ToAlert() => new()
        {
            Id = Id,
            Monitor = Monitor,
            Signal = Signal,
            Status = Status,
            Message = Message,
            OpenedRun = OpenedRun,
            LastRun = LastRun,
            OpenedAt = OpenedAt.ToTime(),
            UpdatedAt = UpdatedAt.ToTime(),
            ResolvedAt = ResolvedAt?.ToTime(),
        };
    }
}
