using System.Data.Common;
using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Monitoring.Notifications;

/// <summary>What receivers were told.</summary>
internal sealed class GroupStore(Database database)
{
    private const string Columns = "workspace, receiver, subject, labels, opened_at, told_at, told, messages";

    public static Task<IReadOnlyList<AlertGroup>> ListAsync(DbTransaction tx, WorkspaceName workspace, CancellationToken ct) =>
        tx.QueryAsync<AlertGroup>($"select {Columns} from alert_groups where workspace = @Workspace", new { Workspace = workspace.Value }, ct);

    public static Task PutAsync(DbTransaction tx, AlertGroup group, CancellationToken ct) => tx.ExecuteAsync(
        $"""
         insert into alert_groups ({Columns}) values (@Workspace, @Receiver, @Subject, @Labels, @OpenedAt, @ToldAt, @Told, @Messages)
         on conflict (workspace, receiver, subject) do update
         set told_at = excluded.told_at, told = excluded.told, messages = excluded.messages
         """,
        group,
        ct);

    public static Task DeleteAsync(DbTransaction tx, AlertGroup group, CancellationToken ct) => tx.ExecuteAsync(
        "delete from alert_groups where workspace = @Workspace and receiver = @Receiver and subject = @Subject", group, ct);

    public static Task AddAsync(DbTransaction tx, IReadOnlyList<AlertMessage> messages, CancellationToken ct) => tx.ExecuteAsync(
        """
        insert into alert_messages (alert, delivery, workspace, receiver, status, sent_at)
        values (@Alert, @Delivery, @Workspace, @Receiver, @Status, @SentAt) on conflict (alert, delivery) do nothing
        """,
        messages,
        ct);

    /// <summary>There is something to tell, or to be told of later.</summary>
    public async Task<bool> HasWorkAsync(WorkspaceName workspace, CancellationToken ct) => await database.FindAsync<string>(
        """
        select id from alerts where workspace = @Workspace and status <> 'resolved'
        union all
        select receiver from alert_groups where workspace = @Workspace
        """,
        new { Workspace = workspace.Value },
        ct) is not null;

    /// <summary>What told of an alert, oldest first.</summary>
    public Task<IReadOnlyList<AlertMessage>> MessagesAsync(string alert, CancellationToken ct) => database.QueryAsync<AlertMessage>(
        "select alert, delivery, workspace, receiver, status, sent_at from alert_messages where alert = @Alert order by sent_at, delivery",
        new { Alert = alert },
        ct);
}
