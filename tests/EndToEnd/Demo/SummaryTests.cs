using System.Text.Json.Nodes;
using Xunit;

namespace Slipway.EndToEnd.Demo;

[Collection(DemoCollection.Name)]
public sealed class SummaryTests(DemoRun demo)
{
    private JsonArray Weeks => demo.Summary["weeks"]!.AsArray();

    [Fact]
    public void The_summary_has_the_promised_fields()
    {
        Assert.Equal(["weeks", "predictions", "versions", "brier", "seconds"], demo.Summary.Select(field => field.Key));
        Assert.Equal(["frozen", "ungated", "gated"], demo.Summary["brier"]!.AsObject().Select(field => field.Key));
        Assert.All(demo.Summary["brier"]!.AsObject(), average => Assert.InRange(average.Value!.GetValue<double>(), 0.05, 0.25));
        Assert.InRange(demo.Summary["seconds"]!.GetValue<double>(), 1, 3600);
        string[] promised = ["week", "rows", "quarantined", "late_rate", "champion", "auc", "brier", "drifted", "action", "gate"];
        Assert.All(Weeks, week => Assert.Empty(promised.Except(week!.AsObject().Select(field => field.Key))));
        Assert.Equal(Enumerable.Range(0, DemoRun.LastWeek + 1), Weeks.Select(week => week!["week"]!.GetValue<int>()));
    }

    [Fact]
    public void Every_week_is_landed_and_tested_and_what_cannot_be_true_is_counted()
    {
        Assert.All(Weeks, week =>
        {
            Assert.InRange(week!["rows"]!.GetValue<long>(), 100_000, 130_000);
            Assert.InRange(week["quarantined"]!.GetValue<long>(), 1, 100);
            Assert.InRange(week["late_rate"]!.GetValue<double>(), 0.1, 0.4);
        });
    }

    [Fact]
    public void Every_flight_that_was_not_quarantined_is_predicted_once_there_is_a_model()
    {
        var served = Weeks.Where(week => week!["week"]!.GetValue<int>() > 3).ToList();

        Assert.Equal(
            served.Sum(week => week!["rows"]!.GetValue<long>() - week["quarantined"]!.GetValue<long>()),
            demo.Summary["predictions"]!.GetValue<long>());
        Assert.All(served, week => Assert.InRange(week!["auc"]!.GetValue<double>(), 0.55, 0.95));
        Assert.Equal([1, 1, 3], served.Select(week => week!["champion"]!.GetValue<int>()));
    }

    [Fact]
    public void The_first_model_is_promoted_at_the_end_of_week_3_and_every_training_has_its_gate()
    {
        var actions = Weeks.Select(week => week!["action"]!.GetValue<string>()).ToList();

        Assert.Equal(["none", "none", "none", "train_promoted"], actions[..4]);
        Assert.All(actions[4..], action => Assert.Contains(action, (string[])["none", "train_promoted", "train_rejected"]));
        Assert.Equal(actions.Count(action => action != "none"), demo.Summary["versions"]!.GetValue<int>());
        Assert.All(Weeks, week => Assert.Equal(week!["action"]!.GetValue<string>() != "none", week["gate"] is not null));
    }

    [Fact]
    public void The_averages_are_those_of_the_weeks_that_were_served()
    {
        var brier = Weeks.Select(week => week!["brier"]?.GetValue<double>()).OfType<double>().ToList();

        Assert.Equal(3, brier.Count);
        Assert.Equal(brier.Average(), demo.Summary["brier"]!["gated"]!.GetValue<double>(), 9);

        // Until week 5 the first model serves, so that it is the frozen one.
        Assert.All(
            Weeks.Where(week => week!["week"]!.GetValue<int>() is 4 or 5),
            week => Assert.Equal(week!["brier_frozen"]!.GetValue<double>(), week["brier"]!.GetValue<double>(), 6));
    }

    [Fact]
    public void The_table_has_a_line_for_each_week_and_the_averages_at_the_end()
    {
        var lines = demo.Output.TrimEnd().Split('\n');

        Assert.All(Enumerable.Range(0, DemoRun.LastWeek + 1), week => Assert.Single(lines, line => line.StartsWith($"{week,4} ", StringComparison.Ordinal)));
        Assert.StartsWith("Mean weekly Brier score", lines[^1], StringComparison.Ordinal);
    }
}
