namespace Slipway.Jobs.Schedules.Times;

/// <summary>
/// Every so many minutes, hours, days, weeks or months from an instant on. Minutes and hours are counted as time passes;
/// days, weeks and months by the clock on the wall, so that a daily run stays at its hour when clocks change. A month that
/// lacks the day ends with it: the 31st becomes the 30th.
/// </summary>
internal sealed class Interval(ZoneClock clock, DateTimeOffset start, string unit, int every) : IOccurrences
{
    private const int MostMonths = 12 * 1000;

    private readonly DateTime _local = clock.At(start);

    public DateTimeOffset Start => start;

    public DateTimeOffset? Next(DateTimeOffset after)
    {
        if (after < start)
            return start;
        if (unit is "minute" or "hour")
        {
            var span = TimeSpan.FromMinutes(unit == "hour" ? 60L * every : every);
            return start + (span * (((after - start).Ticks / span.Ticks) + 1));
        }

        var first = Math.Max(0, Passed(clock.At(after)) - 1);
        for (var count = first; (long)count * every < MostMonths * 31L; count++)
        {
            if (At(count) is var instant && instant > after)
                return instant;
        }

        return null;
    }

    private DateTimeOffset At(int count) => clock.First(unit switch
    {
        "month" => _local.AddMonths(count * every),
        "week" => _local.AddDays(7.0 * count * every),
        _ => _local.AddDays((double)count * every),
    });

    /// <summary>How many whole intervals lie before the local time, perhaps one too few or too many.</summary>
    private int Passed(DateTime local) => unit switch
    {
        "month" => (((local.Year - _local.Year) * 12) + local.Month - _local.Month) / every,
        "week" => (int)((local - _local).TotalDays / (7.0 * every)),
        _ => (int)((local - _local).TotalDays / every),
    };
}
