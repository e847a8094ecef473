using Slipway.Kernel.Metrics;

namespace Slipway.Data;

/// <summary>What the content store holds, as the last collection of garbage found it, and how much room there is.</summary>
internal sealed class StorageGauges(Database database, CollectionStore collections, DataOptions options) : IGaugeSource
{
    private const string Objects = "slipway_content_objects";
    private const string Bytes = "slipway_content_bytes";
    private const string Freed = "slipway_collection_freed_bytes";
    private const string Ended = "slipway_collection_ended_timestamp_seconds";
    private const string Condemned = "slipway_condemned_bytes";
    private const string Free = "slipway_disk_free_bytes";

    public IReadOnlyList<GaugeName> Gauges { get; } =
    [
        new(Objects, "Contents in the store when garbage was last collected, by whether something refers to them."),
        new(Bytes, "Their bytes."),
        new(Freed, "Bytes that the last collection of garbage freed."),
        new(Ended, "When the last collection of garbage ended, by how it ended."),
        new(Condemned, "Bytes without a reference that wait for the end of their grace."),
        new(Free, "Room on the disk of the server's home."),
    ];

    public async Task<IReadOnlyList<GaugeReading>> ReadAsync(CancellationToken ct)
    {
        var condemned = await database.FindAsync<long>("select cast(coalesce(sum(size), 0) as bigint) from condemned_blobs", null, ct);
        var last = await collections.ListAsync(50, ct);
        return
        [
            .. last.FirstOrDefault(one => one is { State: "completed" }) is { } done ? Of(done) : [],
            .. last.Where(one => one.EndedAt is not null).DistinctBy(one => one.State)
                .Select(one => GaugeReading.Of(Ended, one.EndedAt!.Value.ToUnixTimeSeconds(), ("state", one.State))),
            GaugeReading.Of(Condemned, condemned),
            GaugeReading.Of(Free, new DriveInfo(Path.GetFullPath(options.Home)).AvailableFreeSpace),
        ];
    }

    private static IEnumerable<GaugeReading> Of(Collection done)
    {
        var report = done.Report;
        yield return GaugeReading.Of(Objects, report.Objects - report.Unreferenced, ("referenced", "true"));
        yield return GaugeReading.Of(Objects, report.Unreferenced, ("referenced", "false"));
        yield return GaugeReading.Of(Bytes, report.Bytes - report.UnreferencedBytes, ("referenced", "true"));
        yield return GaugeReading.Of(Bytes, report.UnreferencedBytes, ("referenced", "false"));
        if (!done.DryRun)
            yield return GaugeReading.Of(Freed, report.FreedBytes);
    }
}
