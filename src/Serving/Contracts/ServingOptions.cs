namespace Slipway.Serving.Contracts;

/// <summary>Limits of the data plane, and how answers are kept.</summary>
public sealed record ServingOptions
{
    /// <summary>Where segments are written before they enter the content store.</summary>
    public required string TempFolder { get; init; }

    /// <summary>The largest body of a request.</summary>
    public int MaxBodyBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>What the larger bodies in hand may hold together; a request that finds no room is refused. A GiB, or a quarter of the memory.</summary>
    public long MaxBodyMemory { get; init; } = Math.Min(1L << 30, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4);

    /// <summary>The most rows of one request.</summary>
    public int MaxRows { get; init; } = 16_384;

    /// <summary>Requests that are scored at the same time, for each deployment.</summary>
    public int Concurrency { get; init; } = Environment.ProcessorCount;

    /// <summary>Requests that wait for their turn, for each deployment; more are refused.</summary>
    public int MaxWaiting { get; init; } = 1024;

    /// <summary>A segment is written when it has so many rows …</summary>
    public int SegmentRows { get; init; } = 50_000;

    /// <summary>… or when its first row is this old.</summary>
    public TimeSpan SegmentAge { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Full segments that wait to be written; rows beyond them are dropped or have to wait.</summary>
    public int WaitingSegments { get; init; } = 4;

    /// <summary>Labels of one call.</summary>
    public int MaxLabels { get; init; } = 1_000_000;
}
