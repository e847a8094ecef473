namespace Slipway.Jobs.Schedules.Watches;

/// <summary>From when on records are read.</summary>
internal static class RecordWindow
{
    // A record may be committed a little after the time that it bears, and clocks of servers differ: what was seen is seen again, and fires once.
    private static readonly long s_overlap = (long)TimeSpan.FromMinutes(2).TotalMilliseconds;

    public static TimeSpan Period { get; } = TimeSpan.FromMinutes(1);

    public static long From(Schedule schedule) => Math.Max(schedule.WatchFrom, schedule.WatchUntil - s_overlap);
}
