using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Slipway.Etl.Contracts;
using Slipway.Etl.Incremental;
using Slipway.Kernel;
using Xunit;

namespace Slipway.Unit.Etl;

public sealed class WindowPlanTests
{
    private static readonly DateTimeOffset s_start = new(2001, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Windows_follow_each_other_without_gaps_from_the_start_to_what_is_complete() => Check.QuickThrowOnFailure(Prop.ForAll(
        (from every in Gen.Choose(1, 100) from delay in Gen.Choose(0, 50) from now in Gen.Choose(0, 500) select (every, delay, now)).ToArbitrary(),
        example =>
        {
            var plan = Plan($"\"every\": \"{example.every}h\"{(example.delay == 0 ? "" : $", \"delay\": \"{example.delay}h\"")}");
            var now = s_start.AddHours(example.now);

            var due = plan.Due(null, null, null, now);

            var count = Math.Max(0, example.now - example.delay) / example.every;
            Assert.Equal(Enumerable.Range(0, count).Select(i => Stretch.Of(s_start.AddHours(i * example.every), s_start.AddHours((i + 1) * example.every))), due);
        }));

    [Fact]
    public void A_range_takes_the_windows_that_begin_in_it_and_the_end_bounds_all()
    {
        var plan = Plan("\"every\": \"1d\", \"end\": \"2001-01-05\"");

        Assert.Equal([3, 4], plan.Due(s_start.AddDays(2), s_start.AddDays(4), null, s_start.AddYears(1)).Select(window => DateTimeOffset.FromUnixTimeMilliseconds(window.From).Day));
        Assert.Equal([2], plan.Due(s_start.AddHours(30), s_start.AddDays(2), null, s_start.AddYears(1)).Select(window => DateTimeOffset.FromUnixTimeMilliseconds(window.From).Day));
        Assert.Equal([1, 2, 3, 4], plan.Due(null, null, null, s_start.AddYears(1)).Select(window => DateTimeOffset.FromUnixTimeMilliseconds(window.From).Day));
        Assert.Null((plan with { IsAutomatic = true }).Next(s_start.AddYears(1)));
        Assert.Equal(s_start.AddDays(3), (plan with { IsAutomatic = true }).Next(s_start.AddHours(50)));
    }

    [Fact]
    public void A_watermark_goes_on_from_where_it_was_to_what_is_complete()
    {
        var plan = Plan("\"delay\": \"1h\"");

        Assert.Equal([Stretch.Of(s_start, s_start.AddHours(9))], plan.Due(null, null, null, s_start.AddHours(10)));
        Assert.Equal([Stretch.Of(s_start.AddHours(9), s_start.AddHours(10))], plan.Due(null, null, s_start.AddHours(9).ToUnixTimeMilliseconds(), s_start.AddHours(11).AddMilliseconds(7)));
        Assert.Empty(plan.Due(null, null, s_start.AddHours(10).ToUnixTimeMilliseconds(), s_start.AddHours(11)));
    }

    [Fact]
    public void Whole_numbers_go_on_from_where_the_last_window_ended_up_to_the_end()
    {
        var plan = Numbers("\"start\": 100, \"end\": 1000, \"delay\": 10, \"every\": \"1h\", \"automatic\": true");

        Assert.Equal([new Stretch(100, 100)], plan.Due(null, null, null, s_start));
        Assert.Equal([new Stretch(501, 501)], plan.Due(null, null, 501, s_start));
        Assert.Empty(plan.Due(null, null, 1000, s_start));
        Assert.Equal(s_start.AddHours(1), plan.Next(s_start));
        Assert.Equal(["delay=10", "from=501", "to=1000"], plan.Bounds(new Stretch(501, 501)).Select(bound => $"{bound.Key}={bound.Value}").Order());
        Assert.Equal((-9223372036854775808, null), (Numbers("\"start\": \"-9223372036854775808\"").StartAt, Numbers("\"start\": 0").Next(s_start)));
    }

    [Fact]
    public void A_watermark_that_moves_on_by_itself_does_so_once_an_hour_unless_another_time_is_said()
    {
        Assert.Equal(s_start.AddHours(6), Plan("\"automatic\": true").Next(s_start.AddHours(5).AddMinutes(1)));
        Assert.Equal(s_start.AddHours(1), Numbers("\"start\": 0, \"automatic\": true").Next(s_start));
        Assert.Equal(s_start.AddMinutes(5), Numbers("\"start\": 0, \"every\": \"5m\", \"automatic\": true").Next(s_start));
    }

    [Theory]
    [InlineData("""{"incremental": {"start": 9223372036854775808}}""", "incremental.start is '9223372036854775808'; start is a whole number, so this is one too, of 64 bits")]
    [InlineData("""{"incremental": {"start": 1, "end": "2001-01-01"}}""", "incremental.end is '2001-01-01'; start is a whole number, so this is one too")]
    [InlineData("""{"incremental": {"start": 1, "end": 1}}""", "incremental.end is not after its start")]
    [InlineData("""{"incremental": {"start": 1, "delay": "6h"}}""", "incremental.delay is '6h'; start is a whole number, so this is one too, from 0 on")]
    [InlineData("""{"incremental": {"start": 1, "delay": -1}}""", "incremental.delay is '-1'; start is a whole number, so this is one too, from 0 on")]
    [InlineData("""{"incremental": {"start": 1, "every": 100}}""", "'100' is no length of time")]
    [InlineData("""{"incremental": {"start": 1, "concurrency": 2}}""", "incremental.concurrency is '2'")]
    [InlineData("""{"incremental": {"start": 1, "depends_on": ["other"]}}""", "incremental.depends_on matches windows by their time")]
    [InlineData("""{"incremental": {"start": 1.5}}""", "incremental.start is '1.5'; that is no time")]
    [InlineData("""{"incremental": {"every": "1d"}}""", "incremental.start is missing")]
    [InlineData("""{"incremental": {"start": "soon"}}""", "incremental.start is 'soon'; that is no time")]
    [InlineData("""{"incremental": {"start": "2001-01-01", "every": "daily"}}""", "'daily' is no length of time")]
    [InlineData("""{"incremental": {"start": "2001-01-01", "end": "2000-01-01"}}""", "incremental.end is not after its start")]
    [InlineData("""{"incremental": {"start": "2001-01-01", "concurency": 2}}""", "incremental has no field 'concurency'. Did you mean 'concurrency'?")]
    [InlineData("""{"name": "x"}""", "incremental is missing")]
    public void A_mistake_is_told(string json, string message) => Assert.StartsWith(
        message,
        Assert.Throws<SlipwayException>(() => WindowPlan.Of(JsonNode.Parse(json)!.AsObject())).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Too_many_windows_are_refused() => Assert.StartsWith(
        "More than 10000 windows are due; run them in parts",
        Assert.Throws<SlipwayException>(() => Plan("\"every\": \"1m\"").Due(null, null, null, s_start.AddYears(1))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void The_job_of_a_dataflow_keeps_its_lines()
    {
        const string Yaml = "name: x\nincremental:\n  start: 2001-01-01\n\n  every: 1d\n# why\ntype: dataflow\n";

        Assert.Equal("name: x\n\n\n\n\n\ntype: dataflow\n", DataflowFile.JobYaml(Yaml, "x.yml"));
        Assert.Equal("""{"name":"x"}""", DataflowFile.JobYaml("""{"name": "x", "incremental": {"start": "2001-01-01"}}""", "x.yml"));
    }

    private static WindowPlan Numbers(string fields) => WindowPlan.Of(JsonNode.Parse($"{{\"incremental\": {{{fields}}}}}")!.AsObject());

    private static WindowPlan Plan(string fields) =>
        WindowPlan.Of(JsonNode.Parse($"{{\"incremental\": {{\"start\": \"2001-01-01\", {fields}}}}}")!.AsObject());
}
