using Slipway.Etl.Databases;
using Slipway.Etl.Steps;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;

namespace Slipway.Etl.Sinks;

/// <summary>Where the rows of a dataflow go: a data asset, or a table of a database.</summary>
internal sealed record SinkSettings
{
    private static readonly string[] s_asset = ["asset", "zone", "partition", "partition_by", "mode", "quarantine"];
    private static readonly string[] s_table = ["type", "connection", "path", "table", "keys", "mode"];

    private SinkSettings(SettingMap map) => Map = map;

    public SettingMap Map { get; }

    /// <summary>Null: a table.</summary>
    public AssetName? Asset { get; private init; }

    public string Zone { get; private init; } = "raw";

    /// <summary>The name of a window in the asset: "window=0005".</summary>
    public string Partition { get; private init; } = "window";

    /// <summary>Columns whose values part the files, as Hive does.</summary>
    public IReadOnlyList<string> PartitionBy { get; private init; } = [];

    public bool Appends { get; private init; }

    /// <summary>The asset of the rows that are set aside.</summary>
    public AssetName? Quarantine { get; private init; }

    /// <summary>Null: a data asset.</summary>
    public ITableDatabase? Database { get; private init; }

    public static SinkSettings Of(StepContext step, IEnumerable<ITableDatabase> databases)
    {
        var map = SettingMap.Require(step.Settings, "sink", [.. s_asset, .. s_table.Except(s_asset)]);
        if (map.Text("table") is not null)
            return Table(SettingMap.Require(step.Settings, "sink", s_table), databases);
        map = SettingMap.Require(step.Settings, "sink", s_asset);
        var asset = AssetName.Parse(map.Require("asset", "the data asset, or table for one of a database"));
        return new SinkSettings(map)
        {
            Asset = asset,
            Zone = map.Text("zone") ?? "raw",
            Partition = map.Text("partition") ?? "window",
            PartitionBy = map.List("partition_by"),
            Appends = map.Choice("mode", "replace", "append") == "append",
            Quarantine = AssetName.Parse(map.Text("quarantine") ?? $"{asset}-quarantine"),
        };
    }

    private static SinkSettings Table(SettingMap map, IEnumerable<ITableDatabase> databases)
    {
        var type = map.Choice("type", [.. databases.Select(database => database.Name)]);
        return new SinkSettings(map) { Database = databases.Single(database => database.Name == type) };
    }
}
