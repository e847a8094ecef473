using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Lake.Assets;

/// <summary>Data versions as rows.</summary>
internal sealed class DataVersionStore(Database database)
{
    private const string Columns =
        """
        sequence as Sequence, workspace as Workspace, name as Name, version as Version, type as Type, zone as Zone,
        tree as Tree, size_bytes as SizeBytes, row_count as Rows, description as Description, tags as Tags,
        archived as Archived, created_at as CreatedAt, created_by as CreatedBy
        """;

    public Task<DataVersion?> FindAsync(WorkspaceName workspace, AssetName name, string? version, CancellationToken ct) =>
        version is null or "latest"
            ? FindLatestAsync(workspace, name, ct)
            : FindWhereAsync("name = @Name and version = @Version", new { Workspace = workspace.Value, Name = name.Value, Version = version }, ct);

    /// <summary>The newest version that was created no later than the time.</summary>
    public Task<DataVersion?> FindAsOfAsync(WorkspaceName workspace, AssetName name, DateTimeOffset time, CancellationToken ct) =>
        FindWhereAsync(
            "name = @Name and not archived and created_at <= @Time order by sequence desc limit 1",
            new { Workspace = workspace.Value, Name = name.Value, Time = time.ToUnixTimeMilliseconds() },
            ct);

    public Task<DataVersion?> FindByKeyAsync(WorkspaceName workspace, string key, CancellationToken ct) =>
        FindWhereAsync("idempotency_key = @Key", new { Workspace = workspace.Value, Key = key }, ct);

    /// <summary>Newest first, below a sequence number.</summary>
    public async Task<IReadOnlyList<(long Sequence, DataVersion Version)>> ListAsync(
        WorkspaceName workspace, AssetName name, long before, int limit, CancellationToken ct)
    {
        var rows = await database.QueryAsync<Row>(
            $"""
             select {Columns} from data_versions
             where workspace = @Workspace and name = @Name and sequence < @Before and not archived
             order by sequence desc
             limit @Limit
             """,
            new { Workspace = workspace.Value, Name = name.Value, Before = before, Limit = limit },
            ct);
        return [.. rows.Select(row => (row.Sequence, row.ToVersion()))];
    }

    /// <summary>The newest version of each asset, by name.</summary>
    public async Task<IReadOnlyList<DataVersion>> ListLatestAsync(
        WorkspaceName workspace, string after, int limit, CancellationToken ct)
    {
        var rows = await database.QueryAsync<Row>(
            $"""
             select {Columns} from data_versions
             where sequence in (
                 select max(sequence) from data_versions where workspace = @Workspace and name > @After and not archived group by name)
             order by name
             limit @Limit
             """,
            new { Workspace = workspace.Value, After = after, Limit = limit },
            ct);
        return [.. rows.Select(row => row.ToVersion())];
    }

    /// <summary>
    /// One more than the greatest version that is a number. Called in the transaction of the insert; two writers at
    /// once meet in the unique index, and the second tries again.
    /// </summary>
    public static async Task<string> NextVersionAsync(DbTransaction tx, WorkspaceName workspace, AssetName name, CancellationToken ct)
    {
        var versions = await tx.QueryAsync<string>(
            "select version from data_versions where workspace = @Workspace and name = @Name",
            new { Workspace = workspace.Value, Name = name.Value },
            ct);
        var greatest = versions
            .Select(version => long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0)
            .DefaultIfEmpty(0)
            .Max();
        return (greatest + 1).ToString(CultureInfo.InvariantCulture);
    }

    public static Task InsertAsync(DbTransaction tx, DataVersion version, string? key, CancellationToken ct) => tx.ExecuteAsync(
        """
        insert into data_versions (workspace, name, version, type, zone, tree, size_bytes, row_count, description, tags,
                                   idempotency_key, created_at, created_by)
        values (@Workspace, @Name, @Version, @Type, @Zone, @Tree, @SizeBytes, @Rows, @Description, @Tags,
                @Key, @CreatedAt, @CreatedBy)
        """,
        new
        {
            Workspace = version.Workspace.Value,
            Name = version.Name.Value,
            version.Version,
            Type = version.Type.ToString(),
            version.Zone,
            Tree = version.Tree.ToString(),
            version.SizeBytes,
            version.Rows,
            version.Description,
            Tags = JsonSerializer.Serialize(version.Tags, LakeJson.Default.IReadOnlyDictionaryStringString),
            Key = key,
            CreatedAt = version.CreatedAt.ToUnixTimeMilliseconds(),
            version.CreatedBy,
        },
        ct);

    public Task UpdateAsync(DataVersion version, CancellationToken ct) => database.WriteAsync(
        (tx, token) => tx.ExecuteAsync(
            """
            update data_versions set description = @Description, tags = @Tags, archived = @Archived
            where workspace = @Workspace and name = @Name and version = @Version
            """,
            new
            {
                Workspace = version.Workspace.Value,
                Name = version.Name.Value,
                version.Version,
                version.Description,
                Tags = JsonSerializer.Serialize(version.Tags, LakeJson.Default.IReadOnlyDictionaryStringString),
                version.Archived,
            },
            token),
        ct);

    public Task DeleteAsync(DataVersion version, CancellationToken ct) => database.ExecuteAsync(
        "delete from data_versions where workspace = @Workspace and name = @Name and version = @Version",
        new { Workspace = version.Workspace.Value, Name = version.Name.Value, version.Version },
        ct);

    private Task<DataVersion?> FindLatestAsync(WorkspaceName workspace, AssetName name, CancellationToken ct) =>
        FindWhereAsync(
            "name = @Name and not archived order by sequence desc limit 1", new { Workspace = workspace.Value, Name = name.Value }, ct);

    private async Task<DataVersion?> FindWhereAsync(string condition, object parameters, CancellationToken ct) =>
        (await database.FindAsync<Row>(
            $"select {Columns} from data_versions where workspace = @Workspace and {condition}", parameters, ct))?.ToVersion();

    // Not positional: Dapper hands SQLite integers over as long and would find no matching constructor.
    private sealed record Row
    {
        public required long Sequence { get; init; }

        public required string Workspace { get; init; }

        public required string Name { get; init; }

        public required string Version { get; init; }

        public required string Type { get; init; }

        public required string Zone { get; init; }

        public required string Tree { get; init; }

        public required long SizeBytes { get; init; }

        public long? Rows { get; init; }

        public string? Description { get; init; }

        public required string Tags { get; init; }

        public required bool Archived { get; init; }

        public required long CreatedAt { get; init; }

        public required string CreatedBy { get; init; }

        public DataVersion ToVersion() => new()
        {
            Workspace = WorkspaceName.Parse(Workspace),
            Name = AssetName.Parse(Name),
            Version = Version,
            Type = Enum.Parse<DataType>(Type),
            Zone = Zone,
            Tree = Digest.Parse(Tree),
            SizeBytes = SizeBytes,
            Rows = Rows,
            Description = Description,
            Tags = JsonSerializer.Deserialize(Tags, LakeJson.Default.IReadOnlyDictionaryStringString)!,
            Archived = Archived,
            CreatedAt = CreatedAt.ToTime(),
            CreatedBy = CreatedBy,
        };
    }
}
