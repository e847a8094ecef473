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
    private const string Usable = "not archived and quarantine is null";

    // A label and a version of one asset are never called the same.
    private const string Named =
        """
        name = @Name and (version = @Version or version =
            (select version from data_labels where workspace = @Workspace and name = @Name and label = @Version))
        """;

    /// <param name="version">A version, a label, or "latest" or null.</param>
    public async Task<DataVersion?> FindAsync(WorkspaceName workspace, AssetName name, string? version, CancellationToken ct)
    {
        if (version is null or "latest")
            return await FindLatestAsync(workspace, name, ct);
        var found = await FindWhereAsync(Named, new { Workspace = workspace.Value, Name = name.Value, Version = version }, ct);
        return found is { Quarantine: { } reason } && found.Version != version
            ? throw SlipwayException.Conflict(
                $"The label '{version}' stands on {found.Node}, which is in quarantine; move the label, or release the version. {reason}")
            : found;
    }

    /// <summary>The version of exactly this name, within a write.</summary>
    public static async Task<DataVersion?> FindAsync(
        DbTransaction tx, WorkspaceName workspace, AssetName name, string version, CancellationToken ct) =>
        (await tx.FindAsync<DataVersionRow>(
            $"select {DataVersionRow.Columns} from data_versions where workspace = @Workspace and name = @Name and version = @Version",
            new { Workspace = workspace.Value, Name = name.Value, Version = version },
            ct))?.ToVersion();

    /// <summary>The newest version that could be used at the time.</summary>
    public Task<DataVersion?> FindAsOfAsync(WorkspaceName workspace, AssetName name, DateTimeOffset time, CancellationToken ct) =>
        FindWhereAsync(
            $"name = @Name and {Usable} and coalesce(released_at, created_at) <= @Time order by sequence desc limit 1",
            new { Workspace = workspace.Value, Name = name.Value, Time = time.ToUnixTimeMilliseconds() },
            ct);

    public Task<DataVersion?> FindByKeyAsync(WorkspaceName workspace, string key, CancellationToken ct) =>
        FindWhereAsync("idempotency_key = @Key", new { Workspace = workspace.Value, Key = key }, ct);

    /// <summary>Newest first, below a sequence number.</summary>
    public async Task<IReadOnlyList<(long Sequence, DataVersion Version)>> ListAsync(
        WorkspaceName workspace, AssetName name, long before, int limit, CancellationToken ct)
    {
        var rows = await database.QueryAsync<DataVersionRow>(
            $"""
             select {DataVersionRow.Columns} from data_versions
             where workspace = @Workspace and name = @Name and sequence < @Before and not archived
             order by sequence desc
             limit @Limit
             """,
            new { Workspace = workspace.Value, Name = name.Value, Before = before, Limit = limit },
            ct);
        return [.. rows.Select(row => (row.Sequence, row.ToVersion()))];
    }

    /// <summary>Archived ones and those in quarantine, too, newest first.</summary>
    public async Task<IReadOnlyList<DataVersion>> ListAllAsync(WorkspaceName workspace, AssetName name, CancellationToken ct) =>
        await ListWhereAsync("name = @Name order by sequence desc", new { Workspace = workspace.Value, Name = name.Value }, ct);

    /// <summary>Those that may be used since a time or later.</summary>
    public async Task<IReadOnlyList<DataVersion>> ListSinceAsync(
        WorkspaceName workspace, AssetName name, DateTimeOffset time, CancellationToken ct) =>
        await ListWhereAsync(
            $"name = @Name and {Usable} and coalesce(released_at, created_at) >= @Time order by coalesce(released_at, created_at), sequence",
            new { Workspace = workspace.Value, Name = name.Value, Time = time.ToUnixTimeMilliseconds() },
            ct);

    /// <summary>The newest version of each asset that may be used, or else the newest, by name.</summary>
    public async Task<IReadOnlyList<DataVersion>> ListLatestAsync(
        WorkspaceName workspace, string after, int limit, CancellationToken ct)
    {
        var rows = await database.QueryAsync<DataVersionRow>(
            $"""
             select {DataVersionRow.Columns} from data_versions
             where sequence in (
                 select coalesce(max(case when quarantine is null then sequence end), max(sequence)) from data_versions
                 where workspace = @Workspace and name > @After and not archived group by name)
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
                                   idempotency_key, quarantine, created_at, created_by)
        values (@Workspace, @Name, @Version, @Type, @Zone, @Tree, @SizeBytes, @Rows, @Description, @Tags,
                @Key, @Quarantine, @CreatedAt, @CreatedBy)
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
            version.Quarantine,
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

    /// <summary>Puts it into quarantine; false: it is there already, or the version is gone.</summary>
    public async Task<bool> QuarantineAsync(DataVersion version, CancellationToken ct) => await database.ExecuteAsync(
        "update data_versions set quarantine = @Quarantine where workspace = @Workspace and name = @Name and version = @Version and quarantine is null",
        new { Workspace = version.Workspace.Value, Name = version.Name.Value, version.Version, version.Quarantine },
        ct) > 0;

    /// <summary>Lets it go; false: it is not in quarantine, or the version is gone.</summary>
    public async Task<bool> ReleaseAsync(DataVersion version, CancellationToken ct) => await database.ExecuteAsync(
        """
        update data_versions set quarantine = null, released_at = @ReleasedAt
        where workspace = @Workspace and name = @Name and version = @Version and quarantine is not null
        """,
        new { Workspace = version.Workspace.Value, Name = version.Name.Value, version.Version, ReleasedAt = version.ReleasedAt!.Value.ToUnixTimeMilliseconds() },
        ct) > 0;

    /// <summary>False: it is gone already, or a label stands on it.</summary>
    public async Task<bool> DeleteAsync(DataVersion version, CancellationToken ct) => await database.ExecuteAsync(
        """
        delete from data_versions
        where workspace = @Workspace and name = @Name and version = @Version
          and not exists (select 1 from data_labels l where l.workspace = @Workspace and l.name = @Name and l.version = @Version)
        """,
        new { Workspace = version.Workspace.Value, Name = version.Name.Value, version.Version },
        ct) > 0;

    /// <summary>The name of the latest version, within a write; null: there is none that may be used.</summary>
    public static Task<string?> LatestAsync(DbTransaction tx, WorkspaceName workspace, AssetName name, CancellationToken ct) => tx.FindAsync<string>(
        $"select version from data_versions where workspace = @Workspace and name = @Name and {Usable} order by sequence desc limit 1",
        new { Workspace = workspace.Value, Name = name.Value },
        ct);

    private Task<DataVersion?> FindLatestAsync(WorkspaceName workspace, AssetName name, CancellationToken ct) =>
        FindWhereAsync($"name = @Name and {Usable} order by sequence desc limit 1", new { Workspace = workspace.Value, Name = name.Value }, ct);

    private async Task<IReadOnlyList<DataVersion>> ListWhereAsync(string condition, object parameters, CancellationToken ct) =>
    [
        .. (await database.QueryAsync<DataVersionRow>($"select {DataVersionRow.Columns} from data_versions where workspace = @Workspace and {condition}", parameters, ct))
            .Select(row => row.ToVersion()),
    ];

    private async Task<DataVersion?> FindWhereAsync(string condition, object parameters, CancellationToken ct) =>
        (await database.FindAsync<DataVersionRow>(
            $"select {DataVersionRow.Columns} from data_versions where workspace = @Workspace and {condition}", parameters, ct))?.ToVersion();
}
