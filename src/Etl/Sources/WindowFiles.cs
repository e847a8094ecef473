using System.Globalization;
using Slipway.Data;
using Slipway.Engines.DuckDb;
using Slipway.Etl.Dataflows;
using Slipway.Lake.Contracts;

namespace Slipway.Etl.Sources;

/// <summary>The files that a dataflow landed for one window: those below "window=0005/".</summary>
internal static class WindowFiles
{
    /// <param name="window">Its index or its label.</param>
    public static async Task<LakeTable?> TableAsync(ContentStore content, Digest tree, string window, CancellationToken ct)
    {
        var label = long.TryParse(window, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index) ? DataWindow.LabelOf(index) : window;
        var names = new Dictionary<string, string>();
        foreach (var entry in (await content.GetTreeAsync(tree, ct)).Entries)
        {
            if (entry.Path.Split('/')[0].EndsWith($"={label}", StringComparison.Ordinal))
                names[await content.LocalFileAsync(entry.Digest, ct)] = entry.Path;
        }

        return names.Count == 0
            ? null
            : new LakeTable($"read_parquet({DuckDbSql.Literals(names.Keys)}, union_by_name = true)", [.. names.Keys]) { Names = names };
    }
}
