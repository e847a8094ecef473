using System.Data.Common;
using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Security.Deliveries;

/// <summary>The SQL of table deliveries.</summary>
internal sealed class DeliveryStore(Database database)
{
    private const string Columns =
        """
        id, workspace, subject, url, body, header_prefix, secret, token, token_use, state, attempts, status, error, created_at, finished_at
        """;

    /// <summary>False when there is one of this id.</summary>
    public static async Task<bool> AddAsync(DbTransaction tx, Delivery delivery, CancellationToken ct) => await tx.ExecuteAsync(
        $"""
        insert into deliveries ({Columns})
        values (@Id, @Workspace, @Subject, @Url, @Body, @HeaderPrefix, @Secret, @Token, @TokenUse, @State, @Attempts, @Status, @Error,
                @CreatedAt, @FinishedAt)
        on conflict (id) do nothing
        """,
        new
        {
            delivery.Id,
            delivery.Workspace,
            delivery.Subject,
            delivery.Url,
            delivery.Body,
            delivery.HeaderPrefix,
            delivery.Secret,
            delivery.Token,
            TokenUse = delivery.TokenUse?.ToString(),
            delivery.State,
            delivery.Attempts,
            delivery.Status,
            delivery.Error,
            delivery.CreatedAt,
            delivery.FinishedAt,
        },
        ct) == 1;

    public Task<Delivery?> FindAsync(string id, CancellationToken ct) =>
        database.FindAsync<Delivery>($"select {Columns} from deliveries where id = @Id", new { Id = id }, ct);

    public Task<IReadOnlyList<Delivery>> FindAsync(WorkspaceName workspace, IReadOnlyCollection<string> ids, CancellationToken ct) =>
        database.QueryAsync<Delivery>(
            $"select {Columns} from deliveries where workspace = @Workspace and {database.Dialect.AnyOf("id", "@Ids")}",
            new { Workspace = workspace.Value, Ids = ids.ToArray() },
            ct);

    /// <summary>Newest first, before this id.</summary>
    public Task<IReadOnlyList<Delivery>> ListAsync(
        WorkspaceName workspace, string state, string? before, int limit, CancellationToken ct) => database.QueryAsync<Delivery>(
        $"""
        select {Columns} from deliveries
        where workspace = @Workspace and state = @State and (cast(@Before as text) is null or id < @Before)
        order by id desc limit @Limit
        """,
        new { Workspace = workspace.Value, State = state, Before = before, Limit = limit },
        ct);

    public static Task NoteAsync(
        DbTransaction tx, string id, string state, int attempts, int? status, string? error, long? finished, CancellationToken ct) =>
        tx.ExecuteAsync(
            """
            update deliveries set state = @State, attempts = @Attempts, status = @Status, error = @Error, finished_at = @Finished
            where id = @Id
            """,
            new { Id = id, State = state, Attempts = attempts, Status = status, Error = error, Finished = finished },
            ct);

    /// <summary>False when it is not dead.</summary>
    public static async Task<bool> ReviveAsync(DbTransaction tx, WorkspaceName workspace, string id, CancellationToken ct) =>
        await tx.ExecuteAsync(
            """
            update deliveries set state = 'waiting', attempts = 0, finished_at = null
            where workspace = @Workspace and id = @Id and state = 'dead'
            """,
            new { Workspace = workspace.Value, Id = id },
            ct) == 1;

    public Task<int> DeleteFinishedAsync(long before, CancellationToken ct) =>
        database.ExecuteAsync("delete from deliveries where finished_at < @Before", new { Before = before }, ct);
}
