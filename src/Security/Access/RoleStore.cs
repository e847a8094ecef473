using System.Collections.Concurrent;
using Dapper;
using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Security.Access;

/// <summary>Workspaces and the roles that principals hold in them.</summary>
internal sealed class RoleStore(Database database, TimeProvider time)
{
    private static readonly TimeSpan s_freshness = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<(string Workspace, string Principal), (Role? Role, long ReadAt)> _cache = new();

    /// <summary>The role, at most a few seconds old (another process may have changed it); null when there is none.</summary>
    public async ValueTask<Role?> FindAsync(Caller caller, CancellationToken ct)
    {
        var key = (caller.Workspace.Value, caller.Principal);
        if (_cache.TryGetValue(key, out var known)
            && time.GetElapsedTime(known.ReadAt) < s_freshness)
        {
            return known.Role;
        }

        await using var connection = await database.OpenAsync(ct);
        var name = await connection.QuerySingleOrDefaultAsync<string?>(new CommandDefinition(
            "select role from role_assignments where workspace = @Workspace and principal = @Principal",
            new { Workspace = key.Value, caller.Principal },
            cancellationToken: ct));
        var role = name is null ? null : Role.Parse(name);
        _cache[key] = (role, time.GetTimestamp());
        return role;
    }

    /// <summary>What is remembered of a workspace that has come or gone.</summary>
    public void Forget(WorkspaceName workspace)
    {
        foreach (var key in _cache.Keys.Where(key => key.Workspace == workspace.Value))
            _cache.TryRemove(key, out _);
    }

    public async Task AssignAsync(Caller caller, string principal, Role role, CancellationToken ct)
    {
        await database.WriteAsync(
            (transaction, token) => transaction.Connection!.ExecuteAsync(new CommandDefinition(
                """
                insert into role_assignments (workspace, principal, role, granted_at, granted_by)
                values (@Workspace, @Principal, @Role, @Now, @By)
                on conflict (workspace, principal) do update
                set role = excluded.role, granted_at = excluded.granted_at, granted_by = excluded.granted_by
                """,
                new
                {
                    Workspace = caller.Workspace.Value,
                    Principal = principal,
                    Role = role.Name,
                    Now = time.UtcNow(),
                    By = caller.Principal,
                },
                transaction,
                cancellationToken: token)),
            ct);
        _cache.TryRemove((caller.Workspace.Value, principal), out _);
    }

    public async Task CreateWorkspaceAsync(Caller caller, WorkspaceName name, CancellationToken ct) =>
        await database.WriteAsync(
            (transaction, token) => transaction.Connection!.ExecuteAsync(new CommandDefinition(
                """
                insert into workspaces (name, created_at, created_by) values (@Name, @Now, @By)
                on conflict (name) do nothing
                """,
                new { Name = name.Value, Now = time.UtcNow(), By = caller.Principal },
                transaction,
                cancellationToken: token)),
            ct);

    public async Task<bool> WorkspaceExistsAsync(WorkspaceName name, CancellationToken ct)
    {
        await using var connection = await database.OpenAsync(ct);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            "select count(*) from workspaces where name = @Name", new { Name = name.Value }, cancellationToken: ct)) > 0;
    }
}
