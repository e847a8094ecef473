using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Jobs.Contracts;

namespace Slipway.Monitoring.Definitions;

/// <summary>A recurrence: of a monitor, whose schedule fires by it, or of a policy, which is asked at moments of its own.</summary>
/// <param name="Period">The length of the window that a monitor's run looks at.</param>
/// <param name="Json">As a schedule's trigger is kept.</param>
internal sealed record MonitorTrigger(TimeSpan Period, JsonObject Json)
{
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(3653);
    private static readonly string[] s_days = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

    /// <summary>The first time after a moment, as schedules fire; null when there is none.</summary>
    public DateTimeOffset? Next(DateTimeOffset after) => TriggerTimes.Next(Json, after);

    public static MonitorTrigger? Read(Fields? trigger)
    {
        if (trigger is null)
            return null;
        trigger.Only("type", "frequency", "interval", "schedule", "pattern", "start_time", "end_time", "time_zone", "timezone", "expression");
        if (trigger.Text("type") is { } type && !type.Equals("recurrence", StringComparison.OrdinalIgnoreCase))
            throw trigger.Wrong("type", $"is '{type}'; a monitor's trigger is of type recurrence.");
        var frequency = trigger.RequiredText("frequency").ToLowerInvariant();
        var unit = frequency switch
        {
            "minute" => TimeSpan.FromMinutes(1),
            "hour" => TimeSpan.FromHours(1),
            "day" => TimeSpan.FromDays(1),
            "week" => TimeSpan.FromDays(7),
            "month" => TimeSpan.FromDays(30),
            _ => throw trigger.Wrong("frequency", $"is '{frequency}'. Known: minute, hour, day, week, month."),
        };
        var interval = trigger.Whole("interval", least: 1) ?? 1;
        if (interval > s_longest / unit)
            throw trigger.Wrong("interval", $"is {interval}; a period is at most ten years.");
        return new MonitorTrigger(unit * interval, ReadJson(trigger, frequency, interval));
    }

    private static JsonObject ReadJson(Fields trigger, string frequency, long interval)
    {
        var json = new JsonObject
        {
            ["type"] = "recurrence",
            ["frequency"] = frequency,
            ["interval"] = (double)interval,
            ["time_zone"] = ReadZone(trigger).Id,
        };
        if ((trigger.Map("schedule") ?? trigger.Map("pattern"))?.Only("hours", "minutes", "week_days", "month_days") is { } pattern)
            json["schedule"] = ReadPattern(pattern);
        foreach (var end in new[] { "start_time", "end_time" })
        {
            if (ReadTime(trigger, end) is { } time)
                json[end] = time;
        }

        return json;
    }

    private static JsonObject ReadPattern(Fields pattern)
    {
        var read = new JsonObject();
        foreach (var (key, least, most) in new[] { ("hours", 0, 23), ("minutes", 0, 59), ("month_days", 1, 31) })
        {
            if (pattern.Many(key) is { Count: > 0 } numbers)
                read[key] = new JsonArray([.. numbers.Select(text => JsonValue.Create((double)Whole(pattern, key, text, least, most)))]);
        }

        if (!read.ContainsKey("hours") || !read.ContainsKey("minutes"))
            throw pattern.Wrong(null, "needs both hours and minutes.");
        if (pattern.Many("week_days") is { Count: > 0 } days)
            read["week_days"] = new JsonArray([.. days.Select(text => JsonValue.Create(Day(pattern, text)))]);
        return read;
    }

    private static string Day(Fields schedule, string text) => s_days.Contains(text.ToLowerInvariant())
        ? text.ToLowerInvariant()
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

    private static string? ReadTime(Fields trigger, string key) => trigger.Text(key) switch
    {
        null => null,
        var text when DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out _) => text,
        var text => throw trigger.Wrong(key, $"is '{text}'; write it as \"2026-03-10T10:15:00\"."),
    };
}
