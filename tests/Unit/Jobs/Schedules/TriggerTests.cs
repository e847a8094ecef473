using System.Globalization;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Slipway.Jobs.Schedules.Times;
using Xunit;

namespace Slipway.Unit.Jobs.Schedules;

public sealed class TriggerTests
{
    private static readonly string[] s_zones =
        ["UTC", "W. Europe Standard Time", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Asia/Kathmandu", "Africa/Casablanca"];

    [Theory]
    [InlineData("{expression: '0 5 * * 1-5'}", "2026-01-02T12:00Z", "2026-01-05T05:00Z", "2026-01-06T05:00Z")]
    [InlineData("{expression: '0 0 13 * fri'}", "2026-02-08T00:00Z", "2026-02-13T00:00Z", "2026-02-20T00:00Z")]
    [InlineData("{expression: '*/20 22-1 * * *'}", "2026-01-02T23:41Z", "2026-01-03T00:00Z", "2026-01-03T00:20Z")]
    [InlineData("{expression: '0 0 29 2 *'}", "2026-01-01T00:00Z", "2028-02-29T00:00Z", "2032-02-29T00:00Z")]
    [InlineData("{frequency: day, interval: 2, start_time: '2026-01-01', schedule: {hours: [5, 4], minutes: 30}}", "2026-01-01T04:30Z", "2026-01-01T05:30Z", "2026-01-03T04:30Z")]
    [InlineData("{frequency: week, interval: 2, start_time: '2026-01-01', schedule: {hours: 8, minutes: 0, week_days: [monday, friday]}}", "2026-01-01T00:00Z", "2026-01-02T08:00Z", "2026-01-12T08:00Z")]
    [InlineData("{frequency: month, interval: 1, start_time: '2026-01-31T06:00:00'}", "2026-01-31T06:00Z", "2026-02-28T06:00Z", "2026-03-31T06:00Z")]
    [InlineData("{frequency: month, interval: 1, schedule: {hours: 0, minutes: 0, month_days: [31]}}", "2026-01-31T00:00Z", "2026-03-31T00:00Z", "2026-05-31T00:00Z")]
    [InlineData("{frequency: hour, interval: 7, start_time: '2026-01-01T00:00:00'}", "2026-01-01T06:59Z", "2026-01-01T07:00Z", "2026-01-01T14:00Z")]
    [InlineData("{expression: '0 8 * * *', start_time: '2026-01-05T08:00:00', time_zone: Pacific Standard Time}", "2026-01-01T00:00Z", "2026-01-05T16:00Z", "2026-01-06T16:00Z")]
    public void Occurrences_are_those_of_the_reference(string trigger, string after, string first, string second)
    {
        var read = Read(trigger);

        var next = read.Next(At(after));

        Assert.Equal(At(first), next);
        Assert.Equal(At(second), read.Next(next!.Value));
    }

    [Theory]
    [InlineData("{expression: '30 2 * * *', time_zone: Europe/Berlin}", "2026-03-28T12:00Z", "2026-03-29T01:00Z", "2026-03-30T00:30Z")]
    [InlineData("{expression: '30 2 * * *', time_zone: Europe/Berlin}", "2026-10-24T12:00Z", "2026-10-25T00:30Z", "2026-10-26T01:30Z")]
    [InlineData("{expression: '30 * * * *', time_zone: Europe/Berlin}", "2026-03-29T00:00Z", "2026-03-29T00:30Z", "2026-03-29T01:30Z")]
    [InlineData("{expression: '30 * * * *', time_zone: Europe/Berlin}", "2026-10-25T00:00Z", "2026-10-25T00:30Z", "2026-10-25T01:30Z")]
    [InlineData("{frequency: day, interval: 1, start_time: '2026-03-28T06:00:00', time_zone: Europe/Berlin}", "2026-03-28T05:00Z", "2026-03-29T04:00Z", "2026-03-30T04:00Z")]
    [InlineData("{frequency: hour, interval: 24, start_time: '2026-03-28T06:00:00', time_zone: Europe/Berlin}", "2026-03-28T05:00Z", "2026-03-29T05:00Z", "2026-03-30T05:00Z")]
    [InlineData("{expression: '0 8 30 12 *', time_zone: Pacific/Apia}", "2011-01-01T00:00Z", "2011-12-30T10:00Z", "2012-12-29T18:00Z")]
    public void When_clocks_change_a_time_of_day_fires_once_and_hours_go_on(string trigger, string after, string first, string second) =>
        Occurrences_are_those_of_the_reference(trigger, after, first, second);

    [Fact]
    public void It_ends_with_its_end_and_without_a_start_an_interval_begins_at_once()
    {
        var made = At("2026-01-01T10:00Z").AddSeconds(30);

        Assert.Null(Read("{expression: '0 5 * * *', end_time: '2026-01-02T05:00:00'}").Next(At("2026-01-02T05:00Z")));
        Assert.Equal(made, Read("{frequency: hour, interval: 3}", made).First(made));
        Assert.Equal(At("2026-01-02T05:00Z"), Read("{expression: '0 5 * * *'}", made).First(made));
        Assert.Null(Read("{expression: '0 0 31 2 *'}").Next(made));
    }

    /// <summary>Against somebody who looks at the clock every minute.</summary>
    [Fact]
    public void The_next_occurrence_is_the_one_that_a_minute_walk_finds() => Prop.ForAll(
        (from zone in Gen.Elements(s_zones)
         from minutes in Gen.Elements("*", "*/7", "0", "15,45", "30", "10-50/20")
         from hours in Gen.Elements("*", "*/3", "0", "1", "2,3", "1-4", "23,0")
         from days in Gen.Elements("*", "*", "1-15", "*/2", "25,29")
         from weekDays in Gen.Elements("*", "*", "sun", "1-5", "fri-mon")
         from start in Gen.Choose(0, 365 * 24 * 60)
         select (zone, cron: $"{minutes} {hours} {days} * {weekDays}", start)).ToArbitrary(),
        given =>
        {
            var zone = TimeZoneInfo.FindSystemTimeZoneById(given.zone == "W. Europe Standard Time" ? "Europe/Berlin" : given.zone);
            var from = At("2026-01-01T00:00Z").AddMinutes(given.start);
            var trigger = Read($"{{expression: '{given.cron}', time_zone: {given.zone}}}");

            var next = trigger.Next(from);

            return (next == Walk(zone, CronFields.Parse(given.cron), from)).Label($"{next:O} {given}");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(150));

    private static DateTimeOffset? Walk(TimeZoneInfo zone, CronFields cron, DateTimeOffset from)
    {
        var always = cron.Hours.Count == 24;
        var seen = new HashSet<DateTime>();
        var shown = TimeZoneInfo.ConvertTime(from.AddDays(-1).AddMinutes(-1), zone).DateTime;
        for (var at = from.AddDays(-1); at < from.AddDays(70); at = at.AddMinutes(1))
        {
            var now = TimeZoneInfo.ConvertTime(at, zone).DateTime;
            var passed = new List<DateTime> { now };
            for (var left = shown.AddMinutes(1); left < now && !always; left = left.AddMinutes(1))
                passed.Add(left);
            shown = now;
            var fires = passed.Where(time => Matches(cron, time) && (seen.Add(time) || always)).ToList();
            if (fires.Count > 0 && at > from)
                return at;
        }

        return null;
    }

    private static bool Matches(CronFields cron, DateTime time) =>
        cron.IsDay(DateOnly.FromDateTime(time)) && cron.Hours.Contains(time.Hour) && cron.Minutes.Contains(time.Minute);

    private static Trigger Read(string yaml, DateTimeOffset? made = null)
    {
        var schedule = Slipway.Jobs.Contracts.Definitions.Read(new Slipway.Jobs.Contracts.DefinitionFile
        {
            Yaml = $"name: s\ncreate_job: ./job.yml\ntrigger: {yaml.Replace("{expression", "{type: cron, expression").Replace("{frequency", "{type: recurrence, frequency")}",
            Source = "s.yml",
            Kind = "schedule",
        });
        return Trigger.Parse(JsonNode.Parse(schedule["trigger"]!.ToJsonString())!.AsObject(), made ?? At("2026-01-01T00:00Z"));
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
