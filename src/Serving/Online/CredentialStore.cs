using Slipway.Data;
using Slipway.Kernel;
using Slipway.Serving.Edge;

namespace Slipway.Serving.Online;

/// <summary>Keys and tokens of endpoints, as hashes.</summary>
internal sealed class CredentialStore(Database database, TimeProvider time)
{
    public const string Token = "token";

    /// <summary>Puts a key in the place of the one of its kind, or adds a token to those that have not expired.</summary>
    public Task PutAsync(Caller caller, string endpoint, string kind, string hash, DateTimeOffset? expires, CancellationToken ct) => database.WriteAsync(
        async (tx, token) =>
        {
            var parameters = new
            {
                Workspace = caller.Workspace.Value,
                Endpoint = endpoint,
                Kind = kind,
                Hash = hash,
                ExpiresAt = expires?.ToUnixTimeMilliseconds(),
                Now = time.UtcNow(),
                caller.Principal,
            };
            await tx.ExecuteAsync(
                """
                delete from endpoint_credentials
                where workspace = @Workspace and endpoint = @Endpoint and kind = @Kind and (expires_at is null or expires_at < @Now)
                """,
                parameters,
                token);
            await tx.ExecuteAsync(
                """
                insert into endpoint_credentials (workspace, endpoint, kind, hash, expires_at, created_at, created_by)
                values (@Workspace, @Endpoint, @Kind, @Hash, @ExpiresAt, @Now, @Principal)
                on conflict (workspace, endpoint, hash) do update set kind = excluded.kind
                """,
                parameters,
                token);
        },
        ct);

    /// <summary>Its kind; null when it is not one of this endpoint, or has expired.</summary>
    public Task<string?> FindKindAsync(WorkspaceName workspace, string endpoint, string hash, CancellationToken ct) => database.FindAsync<string>(
        """
        select kind from endpoint_credentials
        where workspace = @Workspace and endpoint = @Endpoint and hash = @Hash and (expires_at is null or expires_at > @Now)
        """,
        new { Workspace = workspace.Value, Endpoint = endpoint, Hash = hash, Now = time.UtcNow() },
        ct);

    /// <summary>The hashes of those that have not expired.</summary>
    public async Task<IReadOnlyList<EdgeCredential>> ListAsync(WorkspaceName workspace, string endpoint, CancellationToken ct) =>
    [
        .. (await database.QueryAsync<Row>(
            """
            select kind, hash, expires_at from endpoint_credentials
            where workspace = @Workspace and endpoint = @Endpoint and (expires_at is null or expires_at > @Now)
            order by kind, hash
            """,
            new { Workspace = workspace.Value, Endpoint = endpoint, Now = time.UtcNow() },
            ct)).Select(row => new EdgeCredential(row.Kind, row.Hash, row.ExpiresAt)),
    ];

    /// <summary>These and no others are known from now on.</summary>
    public Task ReplaceAsync(Caller caller, string endpoint, IReadOnlyList<EdgeCredential> credentials, CancellationToken ct) => database.WriteAsync(
        async (tx, token) =>
        {
            await tx.ExecuteAsync(
                "delete from endpoint_credentials where workspace = @Workspace and endpoint = @Endpoint",
                new { Workspace = caller.Workspace.Value, Endpoint = endpoint },
                token);
            foreach (var credential in credentials)
            {
                await tx.ExecuteAsync(
                    """
                    insert into endpoint_credentials (workspace, endpoint, kind, hash, expires_at, created_at, created_by)
                    values (@Workspace, @Endpoint, @Kind, @Hash, @ExpiresAt, @Now, @Principal)
                    """,
                    new
                    {
                        Workspace = caller.Workspace.Value,
                        Endpoint = endpoint,
                        credential.Kind,
                        credential.Hash,
                        credential.ExpiresAt,
                        Now = time.UtcNow(),
                        caller.Principal,
                    },
                    token);
            }
        },
        ct);

    public Task<IReadOnlyList<string>> ListKindsAsync(WorkspaceName workspace, string endpoint, CancellationToken ct) => database.QueryAsync<string>(
        "select kind from endpoint_credentials where workspace = @Workspace and endpoint = @Endpoint",
        new { Workspace = workspace.Value, Endpoint = endpoint },
        ct);

    public Task DeleteAllAsync(WorkspaceName workspace, string endpoint, CancellationToken ct) => database.ExecuteAsync(
        "delete from endpoint_credentials where workspace = @Workspace and endpoint = @Endpoint",
        new { Workspace = workspace.Value, Endpoint = endpoint },
        ct);

    private sealed record Row
    {
        public required string Kind { get; init; }

        public required string Hash { get; init; }

        public long? ExpiresAt { get; init; }
    }
}
