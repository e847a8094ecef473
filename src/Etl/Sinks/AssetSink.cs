using System.Globalization;
using Slipway.Data;
using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Etl.Sinks;

/// <summary>Files that are to become part of a data asset.</summary>
internal sealed record SinkFiles
{
    public required AssetName Asset { get; init; }

    public required string Zone { get; init; }

    /// <summary>The folder of the asset whose files these replace, "window=0005/"; "": all of the version; null: they are added.</summary>
    public required string? Replaces { get; init; }

    /// <summary>Local files by their places in the asset: "window=0005/part.parquet".</summary>
    public required IReadOnlyDictionary<string, string> Files { get; init; }

    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    public required string IdempotencyKey { get; init; }
}

/// <summary>
/// Makes the next version of a data asset: the files of the last one and some more. A window that is landed again
/// replaces its own files, and the same content again is the same version.
/// </summary>
internal sealed class AssetSink(IDataAssets assets, ContentStore content, ILakeTables tables)
{
    private const int Attempts = 20;

    public async Task<DataVersion> AddAsync(Caller caller, SinkFiles files, CancellationToken ct)
    {
        var entries = new List<TreeEntry>();
        foreach (var (path, file) in files.Files)
        {
            var blob = await content.PutFileAsync(file, ct);
            entries.Add(new TreeEntry(path, blob.Digest, blob.Size));
        }

        for (var attempt = 1; ; attempt++)
        {
            var last = await assets.FindAsync(caller, files.Asset, null, ct);
            var tree = await TreeAsync(files, entries, last, ct);
            if (last?.Tree == tree.Digest)
                return last;
            try
            {
                return Passed(await assets.CreateAsync(caller, await VersionAsync(files, tree, last, ct), ct));
            }
            catch (SlipwayException taken) when (taken.Code == ErrorCode.AlreadyExists && attempt < Attempts)
            {
                // Another window became this version in between; the next one holds both.
            }
        }
    }

    /// <summary>The version whose files are in this one too; null for the first.</summary>
    public async Task<DataVersion?> BeforeAsync(Caller caller, DataVersion version, CancellationToken ct)
    {
        if (!long.TryParse(version.Version, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number <= 1)
            return null;
        var before = await assets.FindAsync(caller, version.Name, (number - 1).ToString(CultureInfo.InvariantCulture), ct);

        // Nothing is built on what is held back.
        return before is { IsUsable: false } ? await BeforeAsync(caller, before, ct) : before;
    }

    /// <summary>Whether the latest version has files below the folder.</summary>
    public async Task<bool> HoldsAsync(Caller caller, AssetName asset, string folder, CancellationToken ct) =>
        await assets.FindAsync(caller, asset, null, ct) is { } last
        && (await content.GetTreeAsync(last.Tree, ct)).Entries.Any(entry => entry.Path.StartsWith(folder, StringComparison.Ordinal));

    // Rows that nobody gets are not landed: the window stays open until the data, or the gate, is mended.
    private static DataVersion Passed(DataVersion version) => version.Quarantine is { } reason
        ? throw SlipwayException.Conflict($"{version.Node} is in quarantine and was not landed; mend the data, or release the version. {reason}")
        : version;

    private async Task<Tree> TreeAsync(SinkFiles files, List<TreeEntry> entries, DataVersion? last, CancellationToken ct)
    {
        if (last is null || files.Replaces is "")
            return await content.PutTreeAsync(entries, ct);

        var before = (await content.GetTreeAsync(last.Tree, ct)).Entries;
        if (before.FirstOrDefault(other => !other.Path.EndsWith(".parquet", StringComparison.Ordinal)) is { } stranger)
        {
            throw SlipwayException.Conflict(
                $"{last.Node} holds '{stranger.Path}', so it was not made by a dataflow and no window can be added to it; "
                + "choose another asset.");
        }

        var kept = before.Where(other => !files.Files.ContainsKey(other.Path)
            && (files.Replaces is null || !other.Path.StartsWith(files.Replaces, StringComparison.Ordinal)));
        return await content.PutTreeAsync([.. kept, .. entries], ct);
    }

    private async Task<NewDataVersion> VersionAsync(SinkFiles files, Tree tree, DataVersion? last, CancellationToken ct) => new()
    {
        Name = files.Asset,
        // Of two windows that build on the same version one is refused and goes again.
        BuiltOn = last?.Version ?? "",
        Zone = files.Zone,
        Tree = tree.Digest,
        Rows = await RowsAsync(tree, ct),
        Tags = files.Tags,
        IdempotencyKey = files.IdempotencyKey,
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
