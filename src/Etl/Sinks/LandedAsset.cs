using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Slipway.Etl.Dataflows;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Etl.Sinks;

/// <summary>The data asset that a dataflow lands its rows in, and the one for the rows that it sets aside.</summary>
internal sealed class LandedAsset(AssetSink sink, IDataAssets assets)
{
    private const string ColumnsTag = "source_columns";

    /// <summary>The columns that the source had when it was landed last; empty: never.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ColumnsAsync(Caller caller, SinkSettings target, CancellationToken ct)
    {
        var none = new Dictionary<string, string>();
        if (target.Asset is not { } asset || await assets.FindAsync(caller, asset, null, ct) is not { } last || !last.Tags.TryGetValue(ColumnsTag, out var text))
            return none;
        return EtlJson.ReadMap(text);
    }

    public Task<DataVersion> AddAsync(StepContext step, SinkSettings target, DataflowRows rows, RowFiles files, CancellationToken ct)
    {
        var tags = Tags(rows.Window, files.Rows);
        tags[ColumnsTag] = EtlJson.Write(rows.Columns);
        if (rows.Changes.Count > 0)
            tags["drift"] = string.Join("; ", rows.Changes);
        return AddAsync(step, target, target.Asset!, target.Zone, rows.Window, files, tags, "sink", ct);
    }

    /// <summary>Sets aside what the dataflow does not take; null: nothing was, nor is from an earlier run of this window.</summary>
    public async Task<(DataVersion Version, long Rows)?> QuarantineAsync(StepContext step, SinkSettings target, DataflowRows rows, CancellationToken ct)
    {
        if (rows.Quarantine is not { } query)
            return null;
        var files = RowFiles.Write(rows.Connection, rows.Source, query, rows.Window, [], Path.Combine(step.WorkFolder, "quarantine"), ct);
        if (files.Rows == 0 && !await sink.HoldsAsync(step.Caller, target.Quarantine!, Folder(step, target, rows.Window), ct))
            return null;
        var version = await AddAsync(step, target, target.Quarantine!, "quarantine", rows.Window, files, Tags(rows.Window, files.Rows), "quarantine", ct);
        return (version, files.Rows);
    }

    /// <inheritdoc cref="AssetSink.BeforeAsync"/>
    public Task<DataVersion?> BeforeAsync(Caller caller, DataVersion version, CancellationToken ct) => sink.BeforeAsync(caller, version, ct);

    private Task<DataVersion> AddAsync(
        StepContext step, SinkSettings target, AssetName asset, string zone, DataWindow? window, RowFiles files,
        IReadOnlyDictionary<string, string> tags, string key, CancellationToken ct)
    {
        var folder = Folder(step, target, window);
        return sink.AddAsync(
            step.Caller,
            new SinkFiles
            {
                Asset = asset,
                Zone = zone,
                Replaces = target.Appends ? null : folder,
                Files = files.Files.ToDictionary(file => folder + file.Key, file => file.Value),
                Tags = tags,
                IdempotencyKey = $"{step.StepId}/{key}",
            },
            ct);
    }

    private static string Folder(StepContext step, SinkSettings target, DataWindow? window)
    {
        var folder = window is null ? "" : $"{target.Partition}={window.Label}/";
        return target.Appends
            ? $"{folder}run-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(step.StepId)))[..16]}/"
            : folder;
    }

    private static Dictionary<string, string> Tags(DataWindow? window, long rows)
    {
        var tags = new Dictionary<string, string> { ["rows"] = rows.ToString(CultureInfo.InvariantCulture) };
        if (window is null)
            return tags;
        tags["window"] = window.Label;
        if (window is { Column: not null, To: { } to })
            (tags["window_from"], tags["window_to"]) = (window.From.Text, to.Text);
        return tags;
    }
}
