using Slipway.Data;
using Slipway.Kernel;
using Slipway.Lake.Assets;
using Slipway.Lake.Contracts;
using Slipway.Lake.Sql;
using Slipway.Security.Contracts;
using Slipway.Statistics.Profiles;

namespace Slipway.Lake.Profiles;

/// <summary>Finds or makes the profile of each part of a version, and merges them.</summary>
internal sealed class DataProfiles(
    LakeTables tables, DataVersionStore versions, IAccess access, ProfileStore store, LakeOptions options) : IDataProfiles
{
    public async Task<(DataVersion Version, TableProfile Profile)> OfVersionAsync(
        Caller caller, AssetName name, string version, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"data:{name}", ct);
        var found = await versions.FindAsync(caller.Workspace, name, version, ct)
            ?? throw SlipwayException.NotFound("Data version", $"{name}@{version}");
        return (found, await OfTreeAsync(found.Tree, ct));
    }

    public async Task<TableProfile> OfTreeAsync(Digest tree, CancellationToken ct)
    {
        if (await store.FindAsync(tree, ct) is { } known)
            return known;

        var parts = await tables.PartsAsync(tree, ct);
        var profiles = new List<TableProfile>();
        foreach (var part in parts)
            profiles.Add(await OfPartAsync(part, ct));
        if (profiles.Count == 1)
            return profiles[0];

        var whole = Merge(profiles)
            // The parts do not agree about a column's type; as one table they have a common one.
            ?? Scan(new TablePart(tree, await tables.TableAsync(tree, ct), IsColumnar: true), ct);
        await store.SaveAsync(tree, whole, ct);
        return whole;
    }

    private async Task<TableProfile> OfPartAsync(TablePart part, CancellationToken ct)
    {
        if (await store.FindAsync(part.Digest, ct) is { } known)
            return known;
        var profile = Scan(part, ct);
        await store.SaveAsync(part.Digest, profile, ct);
        return profile;
    }

    private TableProfile Scan(TablePart part, CancellationToken ct) =>
        UnreadableTable.Explain(() => TableScan.Run(tables, part.Table, options.Threads, part.IsColumnar, ct), part.Table);

    private static TableProfile? Merge(List<TableProfile> profiles)
    {
        foreach (var column in profiles.SelectMany(profile => profile.Columns).GroupBy(column => column.Name, StringComparer.OrdinalIgnoreCase))
        {
            if (column.Select(part => part.Kind).Distinct().Count() > 1)
                return null;
        }

        var whole = new TableProfile([]);
        foreach (var profile in profiles)
            whole.Merge(profile);
        return whole;
    }
}
