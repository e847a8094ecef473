using System.Data.Common;
using System.Globalization;
using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Jobs.Assets;

/// <summary>The table of components and environments.</summary>
internal sealed class AssetStore(Database database)
{
    private const string Columns =
        "id, workspace, kind, name, version, digest, yaml, definition, files, description, tags, archived, created_at, created_by";

    /// <param name="version">"latest" is the one that was made last and is not archived.</param>
    public Task<RegisteredAsset?> FindAsync(
        WorkspaceName workspace, AssetKind kind, string name, string version, CancellationToken ct) =>
        database.FindAsync<RegisteredAsset>(
            $"""
            select {Columns} from job_assets
            where workspace = @Workspace and kind = @Kind and name = @Name
                and (version = @Version or (@Version = 'latest' and not archived))
            order by id desc
            limit 1
            """,
            new { Workspace = workspace.Value, Kind = kind.Name, Name = name, Version = version },
            ct);

    public Task<RegisteredAsset?> FindAsync(
        DbTransaction tx, WorkspaceName workspace, AssetKind kind, string name, string version, CancellationToken ct) =>
        tx.FindAsync<RegisteredAsset>(
            $"select {Columns} from job_assets where workspace = @Workspace and kind = @Kind and name = @Name and version = @Version",
            new { Workspace = workspace.Value, Kind = kind.Name, Name = name, Version = version },
            ct);

    /// <summary>The versions of one, newest first; without a name the newest version of each that has one, by name.</summary>
    public Task<IReadOnlyList<RegisteredAsset>> ListAsync(
        WorkspaceName workspace, AssetKind kind, string? name, bool archived, CancellationToken ct) =>
        database.QueryAsync<RegisteredAsset>(
            $"""
            select {Columns} from job_assets
            where workspace = @Workspace and kind = @Kind and archived = @Archived and (name = @Name or (@Name = '' and name <> @Anonymous and id in (
                select max(id) from job_assets where workspace = @Workspace and kind = @Kind and archived = @Archived group by name)))
            order by name, id desc
            """,
            new { Workspace = workspace.Value, Kind = kind.Name, Name = name ?? "", RegisteredAsset.Anonymous, Archived = archived },
            ct);

    /// <summary>One more than the greatest version that is a number.</summary>
    public static async Task<string> NextVersionAsync(
        DbTransaction tx, WorkspaceName workspace, AssetKind kind, string name, CancellationToken ct)
    {
        var versions = await tx.QueryAsync<string>(
            "select version from job_assets where workspace = @Workspace and kind = @Kind and name = @Name",
            new { Workspace = workspace.Value, Kind = kind.Name, Name = name },
            ct);
        var greatest = versions
            .Select(version => long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0)
            .DefaultIfEmpty(0)
            .Max();
        return (greatest + 1).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Keeps a version; of one that exists the description and tags change.</summary>
    public static Task PutAsync(DbTransaction tx, RegisteredAsset asset, CancellationToken ct) => tx.ExecuteAsync(
        """
        insert into job_assets (
            id, workspace, kind, name, version, digest, yaml, definition, files, description, tags, archived, created_at, created_by)
        values (
            @Id, @Workspace, @Kind, @Name, @Version, @Digest, @Yaml, @Definition, @Files, @Description, @Tags, @Archived, @CreatedAt, @CreatedBy)
        on conflict (workspace, kind, name, version) do update set description = excluded.description, tags = excluded.tags
        """,
        asset,
        ct);

    /// <summary>Writes what people say of a version.</summary>
    public Task DescribeAsync(RegisteredAsset asset, CancellationToken ct) => database.ExecuteAsync(
        "update job_assets set description = @Description, tags = @Tags where id = @Id", new { asset.Id, asset.Description, asset.Tags }, ct);

    /// <summary>How many versions it was said of.</summary>
    public Task<int> SetArchivedAsync(
        WorkspaceName workspace, AssetKind kind, string name, string? version, bool archived, CancellationToken ct) =>
        database.ExecuteAsync(
            """
            update job_assets set archived = @Archived
            where workspace = @Workspace and kind = @Kind and name = @Name and (@Version = '' or version = @Version)
            """,
            new { Workspace = workspace.Value, Kind = kind.Name, Name = name, Version = version ?? "", Archived = archived },
            ct);
}
