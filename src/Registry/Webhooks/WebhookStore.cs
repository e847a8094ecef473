using System.Data.Common;
using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Registry.Webhooks;

/// <summary>The SQL of table webhooks.</summary>
internal sealed class WebhookStore(Database database)
{
    private const string Columns = "id, name, description, url, events, active, signed, created_at, updated_at";

    public Task AddAsync(WorkspaceName workspace, Webhook webhook, CancellationToken ct) => database.ExecuteAsync(
        $"""
        insert into webhooks (workspace, {Columns})
        values (@Workspace, @Id, @Name, @Description, @Url, @Events, @Active, @Signed, @CreatedAt, @UpdatedAt)
        """,
        Row(workspace, webhook),
        ct);

    public async Task<Webhook> GetAsync(WorkspaceName workspace, string id, CancellationToken ct) =>
        await database.FindAsync<Webhook>(
            $"select {Columns} from webhooks where workspace = @Workspace and id = @Id",
            new { Workspace = workspace.Value, Id = id },
            ct) ?? throw Unknown(id);

    /// <summary>Newest first.</summary>
    public Task<IReadOnlyList<Webhook>> ListAsync(WorkspaceName workspace, long offset, int limit, CancellationToken ct) =>
        database.QueryAsync<Webhook>(
            $"""
            select {Columns} from webhooks where workspace = @Workspace
            order by created_at desc, id desc limit @Limit offset @Offset
            """,
            new { Workspace = workspace.Value, Limit = limit, Offset = offset },
            ct);

    /// <summary>Those that are told, as the transaction sees them.</summary>
    public static Task<IReadOnlyList<Webhook>> ListActiveAsync(DbTransaction tx, WorkspaceName workspace, CancellationToken ct) =>
        tx.QueryAsync<Webhook>(
            $"select {Columns} from webhooks where workspace = @Workspace and active order by created_at, id",
            new { Workspace = workspace.Value },
            ct);

    public async Task UpdateAsync(WorkspaceName workspace, Webhook webhook, CancellationToken ct)
    {
        if (await database.ExecuteAsync(
            """
            update webhooks
            set name = @Name, description = @Description, url = @Url, events = @Events, active = @Active, signed = @Signed,
                updated_at = @UpdatedAt
            where workspace = @Workspace and id = @Id
            """,
            Row(workspace, webhook),
            ct) == 0)
        {
            throw Unknown(webhook.Id);
        }
    }

    public async Task DeleteAsync(WorkspaceName workspace, string id, CancellationToken ct)
    {
        if (await database.ExecuteAsync(
            "delete from webhooks where workspace = @Workspace and id = @Id", new { Workspace = workspace.Value, Id = id }, ct) == 0)
        {
            throw Unknown(id);
        }
    }

    private static SlipwayException Unknown(string id) => new(ErrorCode.NotFound, $"Webhook with ID {id} not found.");

    private static object Row(WorkspaceName workspace, Webhook webhook) => new
    {
        Workspace = workspace.Value,
        webhook.Id,
        webhook.Name,
        webhook.Description,
        webhook.Url,
        webhook.Events,
        webhook.Active,
        webhook.Signed,
        webhook.CreatedAt,
        webhook.UpdatedAt,
    };
}
