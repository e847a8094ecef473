using System.Data.Common;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Security.Workspaces;

/// <summary>The rows of workspaces, and what the modules keep in one.</summary>
internal sealed class WorkspaceStore(Database database, IEnumerable<WorkspaceRows> modules)
{
    private const string Columns = "w.name, w.description, w.created_at, w.created_by";

    private const int MostNamed = 10;

    // Roles go with the workspace, the audit stays.
    private static readonly string[] s_records = ["role_assignments", "audit_log"];

    /// <param name="principal">Null: all; else those that it has a role in.</param>
    public async Task<IReadOnlyList<Workspace>> ListAsync(string? principal, CancellationToken ct)
    {
        var rows = await database.QueryAsync<Row>(
            $"""
            select {Columns} from workspaces w
            where cast(@Principal as text) is null
                or exists (select 1 from role_assignments r where r.workspace = w.name and r.principal = @Principal)
            order by w.name
            """,
            new { Principal = principal },
            ct);
        return [.. rows.Select(row => row.ToWorkspace())];
    }

    public async Task<Workspace?> FindAsync(WorkspaceName name, CancellationToken ct) => (await database.FindAsync<Row>(
        $"select {Columns} from workspaces w where w.name = @Name", new { Name = name.Value }, ct))?.ToWorkspace();

    /// <summary>The workspace with its first administrator; false when the name is taken.</summary>
    public Task<bool> AddAsync(Workspace workspace, string role, CancellationToken ct) => database.WriteAsync(async (tx, token) =>
    {
        var row = new
        {
            Name = workspace.Name.Value,
            workspace.Description,
            Now = workspace.CreatedAt.ToUnixTimeMilliseconds(),
            By = workspace.CreatedBy,
            Role = role,
        };
        if (await tx.ExecuteAsync(
            """
            insert into workspaces (name, description, created_at, created_by) values (@Name, @Description, @Now, @By)
            on conflict (name) do nothing
            """,
            row,
            token) == 0)
        {
            return false;
        }

        await tx.ExecuteAsync(
            "insert into role_assignments (workspace, principal, role, granted_at, granted_by) values (@Name, @By, @Role, @Now, @By)",
            row,
            token);
        return true;
    }, ct);

    public async Task<bool> DescribeAsync(WorkspaceName name, string? description, CancellationToken ct) => await database.ExecuteAsync(
        "update workspaces set description = @Description where name = @Name",
        new { Name = name.Value, Description = description },
        ct) == 1;

    public Task DeleteAsync(WorkspaceName name, WorkspaceDeletion mode, CancellationToken ct) => database.WriteAsync(async (tx, token) =>
    {
        var places = new { Workspace = name.Value, Target = WorkspaceName.Default.Value };
        if (mode == WorkspaceDeletion.Cascade)
        {
            await RefuseAsync(
                tx,
                modules.SelectMany(module => module.AtWork),
                places,
                what => $"Cannot delete workspace '{name}' while it is at work: {what}. Cancel its jobs and delete its endpoints first.",
                token);
            await RunAsync(tx, modules.SelectMany(module => module.Contents), places, token);
        }
        else if (mode == WorkspaceDeletion.SetDefault)
        {
            await RefuseAsync(
                tx,
                modules.SelectMany(module => module.Taken),
                places,
                what => $"Cannot give what workspace '{name}' holds to '{places.Target}', which has these names already: {what}. Rename them first.",
                token);
            await RunAsync(tx, modules.SelectMany(module => module.Moves), places, token);
        }

        await RunAsync(tx, modules.SelectMany(module => module.Deletions), places, token);
        await tx.ExecuteAsync("delete from deliveries where workspace = @Workspace and state <> 'waiting'", places, token);
        await DemandEmptyAsync(tx, name, token);
        await tx.ExecuteAsync("delete from role_assignments where workspace = @Workspace", places, token);
        await tx.ExecuteAsync("delete from workspaces where name = @Workspace", places, token);
    }, ct);

    private static async Task RunAsync(DbTransaction tx, IEnumerable<string> statements, object places, CancellationToken ct)
    {
        foreach (var statement in statements)
            await tx.ExecuteAsync(statement, places, ct);
    }

    private static async Task RefuseAsync(
        DbTransaction tx, IEnumerable<string> queries, object places, Func<string, string> message, CancellationToken ct)
    {
        var found = new List<string>();
        foreach (var query in queries)
            found.AddRange(await tx.QueryAsync<string>(query, places, ct));
        if (found.Count == 0)
            return;
        var named = string.Join(", ", found.Take(MostNamed));
        throw SlipwayException.Conflict(message(found.Count > MostNamed ? $"{named} and {found.Count - MostNamed} more" : named));
    }

    private async Task DemandEmptyAsync(DbTransaction tx, WorkspaceName name, CancellationToken ct)
    {
        var left = new List<string>();
        var tables = await tx.QueryAsync<string>(database.Dialect.TablesWithWorkspace, null, ct);
        foreach (var table in tables.Except(modules.SelectMany(module => module.Kept)).Except(s_records))
        {
            var rows = await tx.FindAsync<long>(
                $"select count(*) from \"{table}\" where workspace = @Workspace", new { Workspace = name.Value }, ct);
            if (rows > 0)
                left.Add($"{table.Replace('_', ' ')} ({rows})");
        }

        if (left.Count > 0)
        {
            throw SlipwayException.Conflict(
                $"Cannot delete workspace '{name}': it still holds {string.Join(", ", left)}. Delete these first; what is only "
                + "marked as deleted counts until 'slipway run purge' and 'slipway experiment purge' have removed it.");
        }
    }

    private sealed record Row
    {
        public required string Name { get; init; }

        public string? Description { get; init; }

        public required long CreatedAt { get; init; }

        public required string CreatedBy { get; init; }

        public Workspace ToWorkspace() => new(WorkspaceName.Parse(Name), Description, CreatedAt.ToTime(), CreatedBy);
    }
}
