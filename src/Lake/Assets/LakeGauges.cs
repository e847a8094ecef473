using Slipway.Data;
using Slipway.Kernel.Metrics;

namespace Slipway.Lake.Assets;

/// <summary>How much data there is, by zone; what several versions share counts for each.</summary>
internal sealed class LakeGauges(Database database) : IGaugeSource
{
    private const string Versions = "slipway_data_versions";
    private const string Bytes = "slipway_data_bytes";

    public IReadOnlyList<GaugeName> Gauges { get; } =
    [
        new(Versions, "Versions of data assets, by zone."),
        new(Bytes, "Their bytes; what versions share counts for each of them."),
    ];

    public async Task<IReadOnlyList<GaugeReading>> ReadAsync(CancellationToken ct)
    {
        var zones = await database.QueryAsync<(string Workspace, string Zone, long Count, long Size)>(
            "select workspace, zone, count(*), cast(sum(size_bytes) as bigint) from data_versions group by workspace, zone order by workspace, zone", null, ct);
        return
        [
            .. zones.Select(row => GaugeReading.Of(Versions, row.Count, ("workspace", row.Workspace), ("zone", row.Zone))),
            .. zones.Select(row => GaugeReading.Of(Bytes, row.Size, ("workspace", row.Workspace), ("zone", row.Zone))),
        ];
    }
}
