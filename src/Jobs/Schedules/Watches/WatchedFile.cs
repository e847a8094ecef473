namespace Slipway.Jobs.Schedules.Watches;

/// <summary>A row of table job_watched_files.</summary>
internal sealed record WatchedFile
{
    public required string Name { get; init; }

    public required string ETag { get; init; }

    /// <summary>False: seen once; it counts when it is the same at the next look.</summary>
    public required bool Fired { get; init; }
}
