using System.Globalization;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Definitions;

/// <summary>When a monitor runs by itself: every so often, or at moments of the day, of the week or of the month.</summary>
internal sealed record MonitorTrigger
{
    private static readonly string[] s_days = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

    /// <summary>The length of the window that a run looks at.</summary>
    public required TimeSpan Period { get; init; }

    public long Interval { get; init; } = 1;

    /// <summary>Minutes of the day, ascending; empty: every period, counted from the last run.</summary>
    public IReadOnlyList<int> MinutesOfDay { get; init; } = [];

    /// <summary>Empty: every day.</summary>
    public IReadOnlyList<DayOfWeek> WeekDays { get; init; } = [];

    /// <summary>Empty: every day.</summary>
    public IReadOnlyList<int> MonthDays { get; init; } = [];

    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;

    public DateTimeOffset? Start { get; init; }

    public DateTimeOffset? End { get; init; }

    /// <summary>The window to look at now; null while nothing is due. After a long stop only the last one is looked at.</summary>
    /// <param name="last">The end of the last window, or when the monitor was made.</param>
    public TimeWindow? Due(DateTimeOffset last, DateTimeOffset now)
    {
        if (now < Start || last >= End)
            return null;
        if (End < now)
            now = End.Value;

        // A clock that was set back gives no negative period.
        var end = MinutesOfDay.Count > 0 ? LastMoment(now) : last + (Period * Math.Max(0, Math.Floor((now - last) / Period)));
        return end is { } due && due > last && due - last >= Least ? new TimeWindow(due - Period, due) : null;
    }

    public static MonitorTrigger? Read(Fields? trigger)
    {
        if (trigger is null)
            return null;
        trigger.Only("type", "frequency", "interval", "schedule", "pattern", "start_time", "end_time", "time_zone", "timezone", "expression");
        if (trigger.Text("type") is { } type && !type.Equals("recurrence", StringComparison.OrdinalIgnoreCase))
            throw trigger.Wrong("type", $"is '{type}'; a monitor's trigger is of type recurrence.");
        var unit = trigger.RequiredText("frequency").ToLowerInvariant() switch
        {
            "minute" => TimeSpan.FromMinutes(1),
            "hour" => TimeSpan.FromHours(1),
            "day" => TimeSpan.FromDays(1),
            "week" => TimeSpan.FromDays(7),
            "month" => TimeSpan.FromDays(30),
            var text => throw trigger.Wrong("frequency", $"is '{text}'. Known: minute, hour, day, week, month."),
        };
        var schedule = (trigger.Map("schedule") ?? trigger.Map("pattern"))?.Only("hours", "minutes", "week_days", "month_days");
        var zone = ReadZone(trigger);
        var interval = trigger.Whole("interval", least: 1) ?? 1;
        return new MonitorTrigger
        {
            Period = unit * interval,
            Interval = interval,
            MinutesOfDay = schedule is null ? [] : Minutes(schedule),
            WeekDays = schedule is null ? [] : [.. schedule.Many("week_days").Select(text => Day(schedule, text))],
            MonthDays = schedule is null ? [] : [.. schedule.Many("month_days").Select(text => Whole(schedule, "month_days", text, 1, 31))],
            Zone = zone,
            Start = Time(trigger, "start_time", zone),
            End = Time(trigger, "end_time", zone),
        };
    }

    // Every second day at three: the pattern's moments are passed over until the period is over.
    private TimeSpan Least => Interval > 1 ? Period - TimeSpan.FromHours(2) : TimeSpan.FromMinutes(1);

    private DateTimeOffset? LastMoment(DateTimeOffset now)
    {
        var local = TimeZoneInfo.ConvertTime(now, Zone);
        for (var back = 0; back <= 62; back++)
        {
            var day = local.Date.AddDays(-back);
            if ((WeekDays.Count > 0 && !WeekDays.Contains(day.DayOfWeek)) || (MonthDays.Count > 0 && !MonthDays.Contains(day.Day)))
                continue;
            foreach (var minute in MinutesOfDay.Reverse())
            {
                var moment = day.AddMinutes(minute);
                var at = new DateTimeOffset(moment, Zone.GetUtcOffset(moment)).ToUniversalTime();
                if (at <= now)
                    return at;
            }
        }

        return null;
    }

    private static int[] Minutes(Fields schedule)
    {
        var hours = schedule.Many("hours").Select(text => Whole(schedule, "hours", text, 0, 23)).ToList();
        var minutes = schedule.Many("minutes").Select(text => Whole(schedule, "minutes", text, 0, 59)).ToList();
        if (hours.Count == 0 || minutes.Count == 0)
            throw schedule.Wrong(null, "needs both hours and minutes.");
        return [.. hours.SelectMany(hour => minutes.Select(minute => (hour * 60) + minute)).Distinct().Order()];
    }

    private static DayOfWeek Day(Fields schedule, string text) => Array.IndexOf(s_days, text.ToLowerInvariant()) is var day and >= 0
        ? (DayOfWeek)day
        : throw schedule.Wrong("week_days", $"has '{text}'. Known: {string.Join(", ", s_days)}.");

    private static int Whole(Fields schedule, string key, string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw schedule.Wrong(key, $"has '{text}'; it must be a whole number from {least} to {most}.");

    private static TimeZoneInfo ReadZone(Fields trigger)
    {
        var name = trigger.Text("time_zone") ?? trigger.Text("timezone") ?? "UTC";
        return TimeZoneInfo.TryFindSystemTimeZoneById(name.Equals("utc", StringComparison.OrdinalIgnoreCase) ? "UTC" : name, out var zone)
            ? zone
            : throw trigger.Wrong("time_zone", $"'{name}' is not a time zone, such as \"Pacific Standard Time\" or UTC.");
    }

    private static DateTimeOffset? Time(Fields trigger, string key, TimeZoneInfo zone)
    {
        if (trigger.Text(key) is not { } text)
            return null;
        if (!DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.None, out var time))
            throw trigger.Wrong(key, $"is '{text}'; write it as \"2026-03-10T10:15:00\".");
        return time.Kind == DateTimeKind.Utc ? new DateTimeOffset(time) : new DateTimeOffset(time, zone.GetUtcOffset(time)).ToUniversalTime();
    }
}
