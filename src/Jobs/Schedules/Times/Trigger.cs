using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Jobs.Definitions.Schema;
using Slipway.Kernel;

namespace Slipway.Jobs.Schedules.Times;

/// <summary>When a schedule fires: a checked trigger of Azure ML.</summary>
internal sealed class Trigger
{
    private readonly IOccurrences _occurrences;
    private readonly DateTimeOffset? _start;
    private readonly DateTimeOffset? _end;

    private Trigger(IOccurrences occurrences, DateTimeOffset? start, DateTimeOffset? end)
    {
        _occurrences = occurrences;
        _start = start;
        _end = end;
    }

    /// <param name="countedFrom">Where intervals begin that say no start: when the schedule was made.</param>
    public static Trigger Parse(JsonObject trigger, DateTimeOffset countedFrom)
    {
        var zone = (string?)trigger["time_zone"] ?? "UTC";
        var clock = new ZoneClock(TimeZones.Find(zone)
            ?? throw SlipwayException.Invalid($"trigger.time_zone: this machine has no data of the zone '{zone}'; install the time zone database (tzdata)."));
        var start = Time((string?)trigger["start_time"], clock);
        var end = Time((string?)trigger["end_time"], clock);
        return new Trigger(
            trigger["expression"] is { } expression
                ? Cron((string)expression!, clock)
                : Recurrence(trigger, clock, start ?? DateTimeOffset.FromUnixTimeSeconds(countedFrom.ToUnixTimeSeconds())),
            start,
            end);
    }

    /// <summary>The first occurrence of a schedule that is made now; an interval without a start begins at once.</summary>
    public DateTimeOffset? First(DateTimeOffset now) =>
        _start is null && _occurrences is Interval interval ? Until(interval.Start) : Next(now);

    public DateTimeOffset? Next(DateTimeOffset after)
    {
        if (_start is { } start && after < start)
            after = start.AddTicks(-1);
        return Until(_occurrences.Next(after));
    }

    private DateTimeOffset? Until(DateTimeOffset? occurrence) => occurrence <= (_end ?? DateTimeOffset.MaxValue) ? occurrence : null;

    private static WallClock Cron(string expression, ZoneClock clock)
    {
        var fields = CronFields.Parse(expression);
        return new WallClock(clock, fields.IsDay, fields.Hours, fields.Minutes);
    }

    private static IOccurrences Recurrence(JsonObject trigger, ZoneClock clock, DateTimeOffset start)
    {
        var unit = ((string)trigger["frequency"]!).ToLowerInvariant();
        var every = (int)(double)trigger["interval"]!;
        if ((trigger["schedule"] ?? trigger["pattern"]) is not JsonObject pattern)
            return new Interval(clock, start, unit, every);

        var from = DateOnly.FromDateTime(clock.At(start));
        var time = TimeOnly.FromDateTime(clock.At(start));
        var hours = Numbers(pattern["hours"], time.Hour);
        var minutes = Numbers(pattern["minutes"], time.Minute);
        return new WallClock(clock, Days(unit, every, pattern, from), hours, minutes);
    }

    private static Func<DateOnly, bool> Days(string unit, int every, JsonObject pattern, DateOnly from)
    {
        switch (unit)
        {
            case "week":
                var names = Items(pattern["week_days"]).Select(day => ((string)day!).ToLowerInvariant()).DefaultIfEmpty(NameOf(from)).ToHashSet();
                var monday = from.AddDays(-(((int)from.DayOfWeek + 6) % 7));
                return day => names.Contains(NameOf(day)) && (int)Math.Floor((day.DayNumber - monday.DayNumber) / 7.0) % every == 0;
            case "month":
                var days = Numbers(pattern["month_days"], from.Day);
                return day => days.Contains(day.Day) && (((day.Year - from.Year) * 12) + day.Month - from.Month) % every == 0;
            case "day":
                return day => (day.DayNumber - from.DayNumber) % every == 0;
            default:
                // Times of the day say all; Azure ML lets minutes and hours stand beside them.
                return _ => true;
        }
    }

    private static string NameOf(DateOnly day) => day.DayOfWeek.ToString().ToLowerInvariant();

    private static List<int> Numbers(JsonNode? node, int otherwise) =>
        [.. Items(node).Select(item => (int)(double)item!).DefaultIfEmpty(otherwise).Distinct().Order()];

    private static IEnumerable<JsonNode?> Items(JsonNode? node) => node switch
    {
        null => [],
        JsonArray items => items,
        _ => [node],
    };

    private static DateTimeOffset? Time(string? text, ZoneClock clock)
    {
        if (text is null)
            return null;
        var time = DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);
        return time.Kind == DateTimeKind.Unspecified
            ? clock.First(time)
            : DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind).ToUniversalTime();
    }
}
