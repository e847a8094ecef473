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
            Assert.Equal(Enumerable.Range(0, count).Select(i => new Stretch(s_start.AddHours(i * example.every), s_start.AddHours((i + 1) * example.every))), due);
        }));

    [Fact]
    public void A_range_takes_the_windows_that_begin_in_it_and_the_end_bounds_all()
    {
        var plan = Plan("\"every\": \"1d\", \"end\": \"2001-01-05\"");

        Assert.Equal([3, 4], plan.Due(s_start.AddDays(2), s_start.AddDays(4), null, s_start.AddYears(1)).Select(window => window.From.Day));
        Assert.Equal([2], plan.Due(s_start.AddHours(30), s_start.AddDays(2), null, s_start.AddYears(1)).Select(window => window.From.Day));
        Assert.Equal([1, 2, 3, 4], plan.Due(null, null, null, s_start.AddYears(1)).Select(window => window.From.Day));
        Assert.Null((plan with { IsAutomatic = true }).Next(s_start.AddYears(1)));
        Assert.Equal(s_start.AddDays(3), (plan with { IsAutomatic = true }).Next(s_start.AddHours(50)));
    }

    [Fact]
    public void A_watermark_goes_on_from_where_it_was_to_what_is_complete()
    {
        var plan = Plan("\"delay\": \"1h\"");

        Assert.Equal([new Stretch(s_start, s_start.AddHours(9))], plan.Due(null, null, null, s_start.AddHours(10)));
        Assert.Equal([new Stretch(s_start.AddHours(9), s_start.AddHours(10))], plan.Due(null, null, s_start.AddHours(9), s_start.AddHours(11).AddMilliseconds(7)));
        Assert.Empty(plan.Due(null, null, s_start.AddHours(10), s_start.AddHours(11)));
    }

    [Theory]
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

    private static WindowPlan Plan(string fields) =>
        WindowPlan.Of(JsonNode.Parse($"{{\"incremental\": {{\"start\": \"2001-01-01\", {fields}}}}}")!.AsObject());
}
