using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;
using Dapper;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Experiments;

internal sealed class ExperimentStore(Database database, TimeProvider time) : IEventHandler<WorkspaceDeleted>
{
    public const string DefaultName = "Default";

    private const string Columns = "e.id, e.workspace, e.name, e.artifact_location, e.deleted, e.created_at, e.updated_at";

    // Workspaces that are known to have their experiment "Default".
    private readonly ConcurrentDictionary<string, bool> _ready = new();

    /// <summary>Makes the experiment "Default" of a workspace that has none; in the default workspace it is number 0.</summary>
    public async Task EnsureDefaultAsync(WorkspaceName workspace, CancellationToken ct)
    {
        if (_ready.ContainsKey(workspace.Value))
            return;
        if (await FindByNameAsync(workspace, DefaultName, ct) is null)
        {
            await database.WriteAsync(IsolationLevel.ReadCommitted, async (tx, token) =>
            {
                var id = workspace == WorkspaceName.Default ? 0 : await NextIdAsync(tx, token);
                return await InsertAsync(tx, workspace, id, DefaultName, null, token);
            }, ct);
        }

        _ready[workspace.Value] = true;
    }

    public Task HandleAsync(WorkspaceDeleted happened, CancellationToken ct)
    {
        _ready.TryRemove(happened.Name.Value, out _);
        return Task.CompletedTask;
    }

    public Task<Experiment> CreateAsync(
        WorkspaceName workspace, string name, string? location, IReadOnlyList<KeyValue> tags, CancellationToken ct) =>
        database.WriteAsync(IsolationLevel.ReadCommitted, async (tx, token) =>
        {
            var id = await NextIdAsync(tx, token);
            if (!await InsertAsync(tx, workspace, id, name, location, token))
                throw Taken(name);
            foreach (var (key, value) in tags)
                await SetTagAsync(tx, id, key, value, token);
            return (await FindAsync(tx, workspace, id, token))!;
        }, ct);

    /// <summary>The experiment of this name, made when there is none; a deleted one is refused.</summary>
    public async Task<Experiment> GetOrCreateAsync(WorkspaceName workspace, string name, CancellationToken ct)
    {
        await EnsureDefaultAsync(workspace, ct);
        if (await FindByNameAsync(workspace, name, ct) is { } found)
        {
            found.DemandActive();
            return found;
        }

        await database.WriteAsync(IsolationLevel.ReadCommitted, async (tx, token) =>
            await InsertAsync(tx, workspace, await NextIdAsync(tx, token), name, null, token), ct);
        return (await FindByNameAsync(workspace, name, ct))!;
    }

    public async Task<Experiment?> FindAsync(WorkspaceName workspace, long id, CancellationToken ct)
    {
        await using var connection = await database.OpenAsync(ct);
        return await WithTagsAsync(connection, null, await connection.QueryFirstOrDefaultAsync<Experiment>(new CommandDefinition(
            $"select {Columns} from experiments e where e.id = @Id and e.workspace = @Workspace",
            new { Id = id, Workspace = workspace.Value },
            cancellationToken: ct)), ct);
    }

    /// <summary>As <see cref="FindAsync(WorkspaceName, long, CancellationToken)"/>; NotFound instead of null.</summary>
    public async Task<Experiment> GetAsync(WorkspaceName workspace, long id, CancellationToken ct)
    {
        await EnsureDefaultAsync(workspace, ct);
        return await FindAsync(workspace, id, ct) ?? throw Unknown(id);
    }

    public async Task<Experiment?> FindByNameAsync(WorkspaceName workspace, string name, CancellationToken ct)
    {
        await using var connection = await database.OpenAsync(ct);
        return await WithTagsAsync(connection, null, await connection.QueryFirstOrDefaultAsync<Experiment>(new CommandDefinition(
            $"select {Columns} from experiments e where e.workspace = @Workspace and e.name = @Name",
            new { Workspace = workspace.Value, Name = name },
            cancellationToken: ct)), ct);
    }

    /// <summary>By its name, else by its number; NotFound instead of null.</summary>
    public async Task<Experiment> FindByNameOrIdAsync(WorkspaceName workspace, string nameOrId, CancellationToken ct) =>
        await FindByNameAsync(workspace, nameOrId, ct)
        ?? (long.TryParse(nameOrId, out var id) ? await FindAsync(workspace, id, ct) : null)
        ?? throw SlipwayException.NotFound("Experiment", nameOrId);

    /// <summary>All that are not deleted.</summary>
    public Task<IReadOnlyList<long>> ListIdsAsync(WorkspaceName workspace, CancellationToken ct) => database.QueryAsync<long>(
        "select id from experiments where workspace = @Workspace and deleted = false",
        new { Workspace = workspace.Value },
        ct);

    public Task RenameAsync(WorkspaceName workspace, long id, string name, CancellationToken ct) =>
        database.WriteAsync(async (tx, token) =>
        {
            var experiment = await FindAsync(tx, workspace, id, token) ?? throw Unknown(id);
            if (experiment.Deleted)
                throw SlipwayException.Conflict($"Cannot rename the deleted experiment {id}; restore it first.");
            if (await tx.FindAsync<long?>(
                "select id from experiments where workspace = @Workspace and name = @Name and id <> @Id",
                new { Workspace = workspace.Value, Name = name, Id = id },
                token) is not null)
            {
                throw Taken(name);
            }

            await tx.ExecuteAsync(
                "update experiments set name = @Name, updated_at = @Now where id = @Id",
                new { Name = name, Now = time.UtcNow(), Id = id },
                token);
        }, ct);

    /// <summary>Marks the experiment and all of its runs deleted, or takes the mark away.</summary>
    public Task MarkAsync(Caller caller, long id, bool deleted, CancellationToken ct) =>
        database.WriteAsync(IsolationLevel.ReadCommitted, async (tx, token) =>
        {
            var changed = await tx.ExecuteAsync(
                """
                update experiments set deleted = @Deleted, updated_at = @Now
                where id = @Id and workspace = @Workspace and deleted <> @Deleted
                """,
                new { Deleted = deleted, Now = time.UtcNow(), Id = id, Workspace = caller.Workspace.Value },
                token);
            if (changed == 0)
            {
                throw new SlipwayException(
                    ErrorCode.NotFound, $"No {(deleted ? "active" : "deleted")} experiment with ID {id} exists.");
            }

            await RunHistory.AddMarksAsync(tx, id, deleted, Author.Of(caller, time), token);
            await tx.ExecuteAsync(
                "update runs set deleted = @Deleted, deleted_at = @At where experiment_id = @Id",
                new { Deleted = deleted, At = deleted ? time.UtcNow() : (long?)null, Id = id },
                token);
        }, ct);

    public Task SetTagAsync(WorkspaceName workspace, long id, string key, string value, CancellationToken ct) =>
        database.WriteAsync(IsolationLevel.ReadCommitted, async (tx, token) =>
        {
            (await FindAsync(tx, workspace, id, token) ?? throw Unknown(id)).DemandActive();
            await SetTagAsync(tx, id, key, value, token);
        }, ct);

    public Task DeleteTagAsync(WorkspaceName workspace, long id, string key, CancellationToken ct) =>
        database.WriteAsync(IsolationLevel.ReadCommitted, async (tx, token) =>
        {
            (await FindAsync(tx, workspace, id, token) ?? throw Unknown(id)).DemandActive();
            var deleted = await tx.ExecuteAsync(
                "delete from experiment_tags where experiment_id = @Id and key = @Key", new { Id = id, Key = key }, token);
            if (deleted == 0)
                throw new SlipwayException(ErrorCode.NotFound, $"No tag with name: {key} in experiment {id}.");
        }, ct);

    /// <param name="where">Conditions on e; with a leading "and" when there are any.</param>
    public async Task<IReadOnlyList<Experiment>> QueryAsync(
        string where, string orderBy, DynamicParameters parameters, CancellationToken ct)
    {
        await using var connection = await database.OpenAsync(ct);
        var rows = (await connection.QueryAsync<Experiment>(new CommandDefinition(
            $"select {Columns} from experiments e where e.workspace = @Workspace {where} {orderBy} limit @Limit offset @Offset",
            parameters,
            cancellationToken: ct))).AsList();
        for (var i = 0; i < rows.Count; i++)
            rows[i] = (await WithTagsAsync(connection, null, rows[i], ct))!;
        return rows;
    }

    public static SlipwayException Unknown(long id) =>
        new(ErrorCode.NotFound, $"No Experiment with id={id} exists.");

    private static SlipwayException Taken(string name) => new(
        ErrorCode.AlreadyExists,
        $"Experiment(name={name}) already exists; a deleted experiment keeps its name too. Choose another name, or restore it.");

    private static async Task<Experiment?> FindAsync(DbTransaction tx, WorkspaceName workspace, long id, CancellationToken ct) =>
        await WithTagsAsync(tx.Connection!, tx, await tx.FindAsync<Experiment>(
            $"select {Columns} from experiments e where e.id = @Id and e.workspace = @Workspace",
            new { Id = id, Workspace = workspace.Value },
            ct), ct);

    private static async Task<Experiment?> WithTagsAsync(
        DbConnection connection, DbTransaction? tx, Experiment? experiment, CancellationToken ct) => experiment is null
        ? null
        : experiment with
        {
            Tags = (await connection.QueryAsync<KeyValue>(new CommandDefinition(
                "select key, value from experiment_tags where experiment_id = @Id order by key",
                new { experiment.Id },
                tx,
                cancellationToken: ct))).AsList(),
        };

    private static Task<long> NextIdAsync(DbTransaction tx, CancellationToken ct) => tx.FindAsync<long>(
        "update experiment_numbers set next = next + 1 where name = 'experiment' returning next - 1", null, ct);

    private async Task<bool> InsertAsync(
        DbTransaction tx, WorkspaceName workspace, long id, string name, string? location, CancellationToken ct) =>
        await tx.ExecuteAsync(
            """
            insert into experiments (id, workspace, name, artifact_location, deleted, created_at, updated_at)
            values (@Id, @Workspace, @Name, @Location, false, @Now, @Now)
            on conflict do nothing
            """,
            new
            {
                Id = id,
                Workspace = workspace.Value,
                Name = name,
                Location = location ?? $"mlflow-artifacts:/{id}",
                Now = time.UtcNow(),
            },
            ct) == 1;

    private static Task<int> SetTagAsync(DbTransaction tx, long id, string key, string value, CancellationToken ct) => tx.ExecuteAsync(
        """
        insert into experiment_tags (experiment_id, key, value) values (@Id, @Key, @Value)
        on conflict (experiment_id, key) do update set value = excluded.value
        """,
        new { Id = id, Key = key, Value = value },
        ct);
}
