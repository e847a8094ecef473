using System.Text.Json;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Lake.Datastores;

/// <summary>Datastores as rows, and what was last read from them.</summary>
internal sealed class DatastoreStore(Database database, WorkspaceDatastore own)
{
    private const string Columns =
        """
        workspace as Workspace, name as Name, type as Type, settings as Settings, credentials as Credentials,
        description as Description, tags as Tags, changed_at as ChangedAt, changed_by as ChangedBy
        """;

    public async Task<Datastore?> FindAsync(WorkspaceName workspace, string name, CancellationToken ct) =>
        (await database.FindAsync<Row>(
            $"select {Columns} from datastores where workspace = @Workspace and name = @Name",
            new { Workspace = workspace.Value, Name = name },
            ct))?.ToDatastore() ?? own.Find(workspace, name);

    public async Task<IReadOnlyList<Datastore>> ListAsync(WorkspaceName workspace, CancellationToken ct)
    {
        var rows = await database.QueryAsync<Row>(
            $"select {Columns} from datastores where workspace = @Workspace order by name", new { Workspace = workspace.Value }, ct);
        var all = rows.Select(row => row.ToDatastore()).ToList();
        if (all.All(datastore => datastore.Name != DataUri.DefaultDatastore) && own.Find(workspace, DataUri.DefaultDatastore) is { } always)
            all.Add(always);
        return all;
    }

    /// <summary>Creates or replaces. What was read is forgotten, since the name may now lead elsewhere.</summary>
    public Task SaveAsync(Datastore datastore, CancellationToken ct) => database.WriteAsync(
        async (tx, token) =>
        {
            await ForgetAsync(tx, datastore.Workspace, datastore.Name, token);
            await tx.ExecuteAsync(
                """
                insert into datastores (workspace, name, type, settings, credentials, description, tags, changed_at, changed_by)
                values (@Workspace, @Name, @Type, @Settings, @Credentials, @Description, @Tags, @ChangedAt, @ChangedBy)
                on conflict (workspace, name) do update
                set type = excluded.type, settings = excluded.settings, credentials = excluded.credentials,
                    description = excluded.description, tags = excluded.tags,
                    changed_at = excluded.changed_at, changed_by = excluded.changed_by
                """,
                new
                {
                    Workspace = datastore.Workspace.Value,
                    datastore.Name,
                    datastore.Type,
                    Settings = Json(datastore.Settings),
                    datastore.Credentials,
                    datastore.Description,
                    Tags = Json(datastore.Tags),
                    ChangedAt = datastore.ChangedAt.ToUnixTimeMilliseconds(),
                    datastore.ChangedBy,
                },
                token);
            return 0;
        },
        ct);

    /// <summary>True when there was one.</summary>
    public Task<bool> DeleteAsync(WorkspaceName workspace, string name, CancellationToken ct) => database.WriteAsync(
        async (tx, token) =>
        {
            await ForgetAsync(tx, workspace, name, token);
            return await tx.ExecuteAsync(
                "delete from datastores where workspace = @Workspace and name = @Name",
                new { Workspace = workspace.Value, Name = name },
                token) > 0;
        },
        ct);

    /// <summary>What the objects below a prefix were when they were read last, by name.</summary>
    public async Task<IReadOnlyDictionary<string, (string ETag, Digest Digest)>> SeenAsync(
        WorkspaceName workspace, string datastore, string prefix, CancellationToken ct)
    {
        var rows = await database.QueryAsync<SeenRow>(
            """
            select name as Name, etag as ETag, digest as Digest from datastore_objects
            where workspace = @Workspace and datastore = @Datastore and substr(name, 1, length(@Prefix)) = @Prefix
            """,
            new { Workspace = workspace.Value, Datastore = datastore, Prefix = prefix },
            ct);
        return rows.ToDictionary(row => row.Name, row => (row.ETag, Digest.Parse(row.Digest)), StringComparer.Ordinal);
    }

    public Task RememberAsync(
        WorkspaceName workspace, string datastore, IReadOnlyCollection<(string Name, string ETag, Digest Digest)> objects, CancellationToken ct) =>
        database.WriteAsync(
            async (tx, token) =>
            {
                foreach (var (name, etag, digest) in objects)
                {
                    await tx.ExecuteAsync(
                        """
                        insert into datastore_objects (workspace, datastore, name, etag, digest)
                        values (@Workspace, @Datastore, @Name, @ETag, @Digest)
                        on conflict (workspace, datastore, name) do update set etag = excluded.etag, digest = excluded.digest
                        """,
                        new { Workspace = workspace.Value, Datastore = datastore, Name = name, ETag = etag, Digest = digest.ToString() },
                        token);
                }

                return 0;
            },
            ct);

    private static Task ForgetAsync(System.Data.Common.DbTransaction tx, WorkspaceName workspace, string name, CancellationToken ct) =>
        tx.ExecuteAsync(
            "delete from datastore_objects where workspace = @Workspace and datastore = @Name",
            new { Workspace = workspace.Value, Name = name },
            ct);

    private static string Json(IReadOnlyDictionary<string, string> map) =>
        JsonSerializer.Serialize(map, LakeJson.Default.IReadOnlyDictionaryStringString);

    private sealed record SeenRow
    {
        public required string Name { get; init; }

        public required string ETag { get; init; }

        public required string Digest { get; init; }
    }

    // Not positional: Dapper hands SQLite integers over as long and would find no matching constructor.
    private sealed record Row
    {
        public required string Workspace { get; init; }

        public required string Name { get; init; }

        public required string Type { get; init; }

        public required string Settings { get; init; }

        public string? Credentials { get; init; }

        public string? Description { get; init; }

        public required string Tags { get; init; }

        public required long ChangedAt { get; init; }

        public required string ChangedBy { get; init; }

        public Datastore ToDatastore() => new()
        {
            Workspace = WorkspaceName.Parse(Workspace),
            Name = Name,
            Type = Type,
            Settings = JsonSerializer.Deserialize(Settings, LakeJson.Default.IReadOnlyDictionaryStringString)!,
            Credentials = Credentials,
            Description = Description,
            Tags = JsonSerializer.Deserialize(Tags, LakeJson.Default.IReadOnlyDictionaryStringString)!,
            ChangedAt = ChangedAt.ToTime(),
            ChangedBy = ChangedBy,
        };
    }
}
