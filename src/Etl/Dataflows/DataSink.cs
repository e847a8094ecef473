using System.Globalization;
using Slipway.Data;
using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Etl.Dataflows;

/// <summary>A file that is to become part of a data asset.</summary>
internal sealed record SinkFile
{
    public required AssetName Asset { get; init; }

    public required string Zone { get; init; }

    /// <summary>Its place in the asset: "window=0005/part.parquet".</summary>
    public required string TreePath { get; init; }

    /// <summary>True: it is the whole content of the version; false: the other files of the last version stay.</summary>
    public required bool ReplacesAll { get; init; }

    public required string LocalFile { get; init; }

    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    public required string IdempotencyKey { get; init; }
}

/// <summary>
/// Makes the next version of a data asset: the files of the last one and one more. A window that is landed again
/// replaces its own file, and the same content again is the same version.
/// </summary>
internal sealed class DataSink(IDataAssets assets, ContentStore content, ILakeTables tables)
{
    private const int Attempts = 20;

    public async Task<DataVersion> AddAsync(Caller caller, SinkFile file, CancellationToken ct)
    {
        var blob = await content.PutFileAsync(file.LocalFile, ct);
        for (var attempt = 1; ; attempt++)
        {
            var last = await assets.FindAsync(caller, file.Asset, null, ct);
            var tree = await TreeAsync(file, blob, last, ct);
            if (last?.Tree == tree.Digest)
                return last;
            try
            {
                return await assets.CreateAsync(caller, await VersionAsync(file, tree, last, ct), ct);
            }
            catch (SlipwayException taken) when (taken.Code == ErrorCode.AlreadyExists && attempt < Attempts)
            {
                // Another window became this version in between; the next one holds both.
            }
        }
    }

    /// <summary>The version whose files are in this one too; null for the first.</summary>
    public async Task<DataVersion?> BeforeAsync(Caller caller, DataVersion version, CancellationToken ct) =>
        long.TryParse(version.Version, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 1
            ? await assets.FindAsync(caller, version.Name, (number - 1).ToString(CultureInfo.InvariantCulture), ct)
            : null;

    private async Task<Tree> TreeAsync(SinkFile file, Blob blob, DataVersion? last, CancellationToken ct)
    {
        var entry = new TreeEntry(file.TreePath, blob.Digest, blob.Size);
        if (last is null || file.ReplacesAll)
            return await content.PutTreeAsync([entry], ct);

        var entries = (await content.GetTreeAsync(last.Tree, ct)).Entries;
        if (entries.FirstOrDefault(other => !other.Path.EndsWith(".parquet", StringComparison.Ordinal)) is { } stranger)
        {
            throw SlipwayException.Conflict(
                $"{last.Node} holds '{stranger.Path}', so it was not made by a dataflow and no window can be added to it; "
                + "choose another asset.");
        }

        return await content.PutTreeAsync([.. entries.Where(other => other.Path != file.TreePath), entry], ct);
    }

    private async Task<NewDataVersion> VersionAsync(SinkFile file, Tree tree, DataVersion? last, CancellationToken ct) => new()
    {
        Name = file.Asset,
        // Said and not left open, so that of two windows that build on the same version one is refused and goes again.
        Version = last is null ? "1"
            : long.TryParse(last.Version, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? (number + 1).ToString(CultureInfo.InvariantCulture)
                : null,
        Zone = file.Zone,
        Tree = tree.Digest,
        Rows = await RowsAsync(tree, ct),
        Tags = file.Tags,
        IdempotencyKey = file.IdempotencyKey,
    };

    private async Task<long> RowsAsync(Tree tree, CancellationToken ct)
    {
        var files = new List<string>();
        foreach (var entry in tree.Entries)
            files.Add(await content.LocalFileAsync(entry.Digest, ct));
        using var connection = tables.Connect();
        return connection.QueryScalar<long>($"select sum(num_rows)::bigint from parquet_file_metadata({DuckDbSql.Literals(files)})", ct);
    }
}
