using Dapper;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Security.Audit;

/// <summary>Appends to and reads the audit log; nothing updates it.</summary>
internal sealed class AuditLog(Database database, TimeProvider time) : IAuditLog
{
    public Task AppendAsync(Caller caller, string action, string target, string? detail, CancellationToken ct) =>
        WriteAsync(caller, action, target, allowed: true, detail, ct);

    /// <summary>Keeps that the caller was refused.</summary>
    public Task RefusedAsync(Caller caller, Permission permission, string target, CancellationToken ct) =>
        WriteAsync(caller, "access." + permission.ToString().ToLowerInvariant(), target, allowed: false, detail: null, ct);

    /// <summary>Newest first; <paramref name="target"/> null reads all.</summary>
    public async Task<IReadOnlyList<AuditEntry>> ListAsync(
        WorkspaceName workspace, string? target, long? before, int limit, CancellationToken ct)
    {
        await using var connection = await database.OpenAsync(ct);
        var rows = await connection.QueryAsync<AuditEntry>(new CommandDefinition(
            """
            select id as Id, time as TimeMillis, principal as Principal, action as Action, target as Target,
                   allowed as Allowed, detail as Detail
            from audit_log
            where workspace = @Workspace and id < @Before and (cast(@Target as text) is null or target = @Target)
            order by id desc
            limit @Limit
            """,
            new { Workspace = workspace.Value, Before = before ?? long.MaxValue, Target = target, Limit = limit },
            cancellationToken: ct));
        return rows.AsList();
    }

    private Task<int> WriteAsync(
        Caller caller, string action, string target, bool allowed, string? detail, CancellationToken ct) =>
        database.WriteAsync(
            (transaction, token) => transaction.Connection!.ExecuteAsync(new CommandDefinition(
                """
                insert into audit_log (workspace, time, principal, action, target, allowed, detail)
                values (@Workspace, @Time, @Principal, @Action, @Target, @Allowed, @Detail)
                """,
                new
                {
                    Workspace = caller.Workspace.Value,
                    Time = time.UtcNow(),
                    caller.Principal,
                    Action = action,
                    Target = target,
                    Allowed = allowed,
                    Detail = detail,
                },
                transaction,
                cancellationToken: token)),
            ct);
}

/// <summary>A line of the audit log.</summary>
internal sealed record AuditEntry
{
    public required long Id { get; init; }

    public required long TimeMillis { get; init; }

    public required string Principal { get; init; }

    public required string Action { get; init; }

    public required string Target { get; init; }

    public required bool Allowed { get; init; }

    public string? Detail { get; init; }
}
