namespace Slipway.Jobs.Schedules.Times;

/// <summary>What clocks on the wall of a time zone show, and when.</summary>
internal sealed class ZoneClock(TimeZoneInfo zone)
{
    private static readonly TimeSpan s_day = TimeSpan.FromDays(1);

    public DateTime At(DateTimeOffset instant) => TimeZoneInfo.ConvertTime(instant, zone).DateTime;

    /// <summary>
    /// The first instant at which clocks show this time. A time that is shown twice is its first showing; one that is left
    /// out when clocks are put forward is the instant of that.
    /// </summary>
    public DateTimeOffset First(DateTime local)
    {
        var asUtc = new DateTimeOffset(DateTime.SpecifyKind(local, DateTimeKind.Unspecified), TimeSpan.Zero);
        var (before, after) = (zone.GetUtcOffset(asUtc - s_day), zone.GetUtcOffset(asUtc + s_day));

        // Going west the greater offset is the earlier instant.
        var shown = new[] { before, after }.OrderDescending().Select(offset => asUtc - offset).Where(instant => At(instant) == local).ToList();
        return shown.Count > 0 ? shown[0] : PutForward(asUtc, local);
    }

    private DateTimeOffset PutForward(DateTimeOffset asUtc, DateTime local)
    {
        var (low, high) = ((asUtc - s_day).ToUnixTimeSeconds(), (asUtc + s_day).ToUnixTimeSeconds());
        while (high - low > 1)
        {
            var middle = low + ((high - low) / 2);
            if (At(DateTimeOffset.FromUnixTimeSeconds(middle)) < local)
                low = middle;
            else
                high = middle;
        }

        return DateTimeOffset.FromUnixTimeSeconds(high);
    }
}
