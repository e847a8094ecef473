using Slipway.Data;
using Slipway.Kernel;
using Slipway.Monitoring.Contracts;
using Slipway.Monitoring.Runs;
using Xunit;

namespace Slipway.Storage.Monitoring;

public abstract class MonitorRunContract(DatabaseProvider provider) : MonitorBed(provider)
{
    [Fact]
    public async Task A_window_like_the_training_data_raises_nothing()
    {
        await GivenAsync();
        Host.Collected.Windows[Week(1)] = Answers();

        var run = await Host.RunAsync(Week(1), Ct);

        Assert.Equal(("Completed", null, "late", 1, 1000), (run.Status, run.Message, run.Model, run.ModelVersion, run.Rows));
        Assert.Equal(1000, run.Labelled);
        Assert.Empty(run.Drifted);
        Assert.DoesNotContain(run.Metrics, metric => metric.Crossed);
        Assert.Equal(0, run.Metrics.First(metric => metric.Feature == "hour").Value!.Value, 1e-9);
        Assert.Empty(Host.Heard.All);
    }

    [Fact]
    public async Task A_drifted_column_is_named_with_its_figure_its_limit_the_window_and_the_reference()
    {
        await GivenAsync();
        Host.Collected.Windows[Week(1)] = Answers(hour: "i % 12");

        var run = await Host.RunAsync(Week(1), Ct);

        Assert.Equal(["hour"], run.Drifted);
        var alert = Assert.Single(await AlertsAsync("open"));
        Assert.StartsWith(
            "flights/inputs: 1 of 2 features drifted in 2001-01-08 to 2001-01-15 against the training data of model:late@1: "
            + "hour population_stability_index ",
            alert.Message,
            StringComparison.Ordinal);
        Assert.Contains("> 0.2; hour jensen_shannon_distance ", alert.Message, StringComparison.Ordinal);
        Assert.Equal([typeof(DriftFound), typeof(AlertRaised)], Host.Heard.All.Select(heard => heard.GetType()));
    }

    [Fact]
    public async Task An_alert_is_raised_once_and_resolved_when_its_signal_is_well_again()
    {
        await GivenAsync();
        Host.Collected.Windows[Week(1)] = Answers(hour: "i % 12");
        Host.Collected.Windows[Week(2)] = Answers(hour: "i % 6");
        Host.Collected.Windows[Week(3)] = Answers();

        var first = await Host.RunAsync(Week(1), Ct);
        var second = await Host.RunAsync(Week(2), Ct);
        var open = Assert.Single(await AlertsAsync("open"));
        await Host.RunAsync(Week(3), Ct);

        Assert.Equal((first.Id, second.Id), (open.OpenedRun, open.LastRun));
        Assert.Contains("2001-01-15 to 2001-01-22", open.Message, StringComparison.Ordinal);
        Assert.Empty(await AlertsAsync("open"));
        Assert.Equal(open.Id, Assert.Single(await AlertsAsync("resolved")).Id);
        Assert.Single(Host.Heard.All.OfType<AlertRaised>());
        Assert.Single(Host.Heard.All.OfType<AlertResolved>());
    }

    [Fact]
    public async Task A_look_back_at_an_earlier_window_resolves_nothing()
    {
        await GivenAsync();
        Host.Collected.Windows[Week(1)] = Answers();
        Host.Collected.Windows[Week(2)] = Answers(hour: "i % 12");

        await Host.RunAsync(Week(2), Ct);
        await Host.RunAsync(Week(1), Ct);

        Assert.Single(await AlertsAsync("open"));
    }

    [Fact]
    public async Task A_window_without_answers_is_no_data_and_leaves_alerts_as_they_are()
    {
        await GivenAsync();
        Host.Collected.Windows[Week(1)] = Answers(hour: "i % 12");
        await Host.RunAsync(Week(1), Ct);

        var run = await Host.RunAsync(Week(2), Ct);

        Assert.Equal(("NoData", null, 0), (run.Status, run.Model, run.Rows));
        Assert.Contains("nothing was collected from 'flights' in 2001-01-15 to 2001-01-22", run.Message, StringComparison.Ordinal);
        Assert.Single(await AlertsAsync("open"));
    }

    [Fact]
    public async Task Three_rows_are_too_few_to_judge()
    {
        await GivenAsync();
        Host.Collected.Windows[Week(1)] = Answers(hour: "3", rows: 3);

        var run = await Host.RunAsync(Week(1), Ct);

        Assert.Equal(("NoData", 3), (run.Status, run.Rows));
        Assert.Contains("3 rows are too few to judge drift; minimum_rows is 100", run.Message, StringComparison.Ordinal);
        Assert.Empty(await AlertsAsync(null));
    }

    [Fact]
    public async Task Performance_comes_from_the_labels_that_have_come()
    {
        await GivenAsync();
        Host.Collected.Windows[Week(1)] = Answers(label: "case when i % 2 = 0 then null else (i % 10 < 8)::int::double end");

        var run = await Host.RunAsync(Week(1), Ct);

        // Odd rows only; scores above a half are those of i % 10 >= 5: 5, 7, 9 of 1, 3, 5, 7, 9, of which 9 is no positive.
        Assert.Equal(500, run.Labelled);
        Assert.Equal(0.4, Value(run, "accuracy"), 1e-12);
        Assert.Equal(0.5, Value(run, "recall"), 1e-12);
        Assert.Equal(0.8, Value(run, "positive_rate"), 1e-12);
        var alert = Assert.Single(await AlertsAsync("open"));
        Assert.Equal("flights/quality: accuracy 0.4 < 0.9 over 500 labelled rows of 2001-01-08 to 2001-01-15.", alert.Message);
    }

    [Fact]
    public async Task Labels_that_come_late_are_looked_for_in_an_earlier_window()
    {
        await GivenAsync(Monitor.Replace(
            "type: model_performance",
            "type: model_performance\n      production_data: {data_window: {lookback_window_size: P7D, lookback_window_offset: P7D}}",
            StringComparison.Ordinal));
        Host.Collected.Windows[Week(1)] = Answers(rows: 700);
        Host.Collected.Windows[Week(2)] = Answers(label: "null::double");

        var run = await Host.RunAsync(Week(2), Ct);

        Assert.Equal((1000, 700), (run.Rows, run.Labelled));
    }

    [Fact]
    public async Task Scores_that_are_no_probabilities_are_left_out_and_counted()
    {
        await GivenAsync();
        Host.Collected.Windows[Week(1)] = Answers(score: "case when i < 10 then 'nan'::float when i < 20 then 7 else 0.9 end");

        var run = await Host.RunAsync(Week(1), Ct);

        Assert.Equal(980, run.Labelled);
        Assert.Contains("20 labelled rows have no score between 0 and 1", run.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Values_that_are_no_numbers_count_as_nulls_and_unseen_categories_as_others()
    {
        await GivenAsync();
        Host.Collected.Windows[Week(1)] = Answers(hour: "'soon'", origin: "'Zürich'");

        var run = await Host.RunAsync(Week(1), Ct);

        // Everything moved to a bin that was empty.
        Assert.All(
            run.Metrics.Where(metric => metric.Feature is not null && metric.Metric == "jensen_shannon_distance"),
            metric => Assert.Equal(1, metric.Value!.Value, 1e-9));
    }

    [Fact]
    public async Task A_reference_column_that_is_not_collected_is_told()
    {
        await GivenAsync();
        Host.Collected.Windows[Week(1)] = Answers().Replace("as input_origin", "as input_start", StringComparison.Ordinal);

        var run = await Host.RunAsync(Week(1), Ct);

        Assert.Equal(["hour", "hour"], run.Metrics.Where(metric => metric.Feature is not null).Select(metric => metric.Feature));
        Assert.Equal("inputs: The reference has origin, which the endpoint did not collect.", run.Message);
    }

    [Fact]
    public async Task A_feature_that_the_reference_lacks_is_told_with_the_nearest_name()
    {
        await GivenAsync(Monitor.Replace("type: data_drift", "type: data_drift\n      features: [orgin]", StringComparison.Ordinal));
        Host.Collected.Windows[Week(1)] = Answers();

        var run = await Host.RunAsync(Week(1), Ct);

        Assert.Contains("names 'orgin'", run.Message, StringComparison.Ordinal);
        Assert.Contains("Did you mean 'origin'?", run.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(run.Metrics, metric => metric.Signal == "inputs");
    }

    [Fact]
    public async Task Without_a_training_profile_only_performance_is_measured()
    {
        await GivenAsync(Monitor, withProfile: false);
        Host.Collected.Windows[Week(1)] = Answers();

        var run = await Host.RunAsync(Week(1), Ct);

        Assert.Equal("Completed", run.Status);
        Assert.Contains("inputs: model:late@1 has no training-profile.json", run.Message, StringComparison.Ordinal);
        Assert.All(run.Metrics, metric => Assert.Equal("quality", metric.Signal));
    }

    [Fact]
    public async Task Predictions_are_compared_for_the_version_that_answered_most_rows()
    {
        await GivenAsync();
        Host.Collected.Windows[Week(1)] = Answers(version: "case when i % 10 = 0 then 2 else 1 end", score: "case when i % 10 = 0 then 0.99 else (i % 10) / 10.0 end");

        var run = await Host.RunAsync(Week(1), Ct);

        Assert.Equal(1, run.ModelVersion);
        Assert.InRange(run.Metrics.Single(metric => metric.Signal == "scores").Value!.Value, 0.1, 0.25);
    }

    [Fact]
    public async Task A_run_is_read_as_it_was_found_and_hangs_in_the_lineage()
    {
        await GivenAsync();
        Host.Collected.Windows[Week(1)] = Answers(hour: "i % 12", label: "1.0");

        var run = await Host.RunAsync(Week(1), Ct);

        var read = (await Host.Get<RunStore>().FindAsync(WorkspaceName.Default, run.Id, Ct))!;
        Assert.Equal(run.Metrics, read.Metrics);
        Assert.Equal(run with { Metrics = [] }, read with { Metrics = [] });
        Assert.Null(read.Metrics.Single(metric => metric.Metric == "auc").Value);
        var edges = (await Host.Get<LineageLog>().UpstreamAsync(WorkspaceName.Default, (await AlertsAsync("open"))[0].Node, 2, Ct)).Edges;
        Assert.Equal(
            [("raised", run.Node), ("monitored", "model:late@1"), ("monitored", "deployment:flights/blue")],
            edges.Select(edge => (edge.Act, edge.From)));
    }

    [Fact]
    public async Task What_does_not_exist_is_said_by_name()
    {
        await GivenAsync();

        var monitor = await Assert.ThrowsAsync<SlipwayException>(
            () => Host.Get<RunMonitor>().RunAsync(Caller.System, "fright", Week(1), Ct));
        var endpoint = await Assert.ThrowsAsync<SlipwayException>(
            () => Host.DeclareAsync(Monitor.Replace("azureml:flights", "azureml:fights", StringComparison.Ordinal), Ct));

        Assert.Equal((ErrorCode.NotFound, "Monitor 'fright' does not exist."), (monitor.Code, monitor.Message));
        Assert.Equal((ErrorCode.NotFound, "Endpoint 'fights' does not exist."), (endpoint.Code, endpoint.Message));
    }

    private static double Value(MonitorRun run, string metric) => run.Metrics.Single(one => one.Metric == metric).Value!.Value;
}

public sealed class MonitorRunOnSqlite() : MonitorRunContract(DatabaseProvider.Sqlite);

public sealed class MonitorRunOnPostgres() : MonitorRunContract(DatabaseProvider.Postgres);
