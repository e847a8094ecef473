namespace Slipway.Jobs.Schedules.Times;

/// <summary>
/// Times of the day, on the days that match, as clocks of a zone show them. Where every hour matches, it fires whenever a
/// clock shows a minute that matches: not in an hour that is left out, twice in one that comes twice. Otherwise each time of
/// a day fires once: at its first showing, or when clocks are put forward over it.
/// </summary>
internal sealed class WallClock(ZoneClock clock, Func<DateOnly, bool> isDay, IReadOnlyList<int> hours, IReadOnlyList<int> minutes)
    : IOccurrences
{
    private const int MostDays = 9 * 366;

    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    // All offsets of zones in use are multiples of it, so days begin at such instants.
    private static readonly TimeSpan s_quarter = TimeSpan.FromMinutes(15);

    public DateTimeOffset? Next(DateTimeOffset after) => hours.Count == 24 ? NextShown(after) : NextOfDay(after);

    private DateTimeOffset? NextOfDay(DateTimeOffset after)
    {
        // A time that is left out at the end of a day fires on the next.
        var first = DateOnly.FromDateTime(clock.At(after)).AddDays(-1);
        for (var ahead = 0; ahead < MostDays; ahead++)
        {
            var day = first.AddDays(ahead);
            if (!isDay(day))
                continue;
            foreach (var hour in hours)
            {
                foreach (var minute in minutes)
                {
                    if (clock.First(day.ToDateTime(new TimeOnly(hour, minute))) is var instant && instant > after)
                        return instant;
                }
            }
        }

        return null;
    }

    private DateTimeOffset? NextShown(DateTimeOffset after)
    {
        var end = after.AddDays(MostDays);
        var instant = Above(after, s_minute);
        while (instant < end)
        {
            var shown = clock.At(instant);
            if (!isDay(DateOnly.FromDateTime(shown)))
                instant = Above(instant, s_quarter);
            else if (minutes.Contains(shown.Minute))
                return instant;
            else
                instant += s_minute;
        }

        return null;
    }

    /// <summary>The first multiple of the span after the instant.</summary>
    private static DateTimeOffset Above(DateTimeOffset instant, TimeSpan span) =>
        new(((instant.UtcTicks / span.Ticks) + 1) * span.Ticks, TimeSpan.Zero);
}
