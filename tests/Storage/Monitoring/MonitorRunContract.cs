using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Monitoring.Alerts;
using Slipway.Monitoring.Contracts;
using Slipway.Monitoring.Monitors;
using Slipway.Monitoring.Runs;
using Slipway.Serving.Contracts;
using Slipway.Shared;
using Slipway.Statistics.Drift;
using Xunit;

namespace Slipway.Storage.Monitoring;

public abstract class MonitorRunContract(DatabaseProvider provider) : DatabaseContract(provider)
{
    internal const string Monitor =
        """
        name: flights
        create_monitor:
          monitoring_target: {ml_task: classification, endpoint_deployment_id: "azureml:flights"}
          monitoring_signals:
            inputs:
              type: data_drift
              metric_thresholds:
                numerical: {population_stability_index: 0.2, jensen_shannon_distance: 0.1}
                categorical: {jensen_shannon_distance: 0.1}
            scores:
              type: prediction_drift
            quality:
              type: model_performance
              metric_thresholds: {classification: {accuracy: 0.9}}
        """;

    private MonitoringHost _host = null!;

    protected override IEnumerable<IMigrations> Modules => MonitoringHost.Migrations;

    [Fact]
    public async Task A_window_like_the_training_data_raises_nothing()
    {
        await GivenAsync();
        _host.Collected.Windows[Week(1)] = Answers();

        var run = await _host.RunAsync(Week(1), Ct);

        Assert.Equal(("Completed", null, "late", 1, 1000), (run.Status, run.Message, run.Model, run.ModelVersion, run.Rows));
        Assert.Equal(1000, run.Labelled);
        Assert.Empty(run.Drifted);
        Assert.DoesNotContain(run.Metrics, metric => metric.Crossed);
        Assert.Equal(0, run.Metrics.First(metric => metric.Feature == "hour").Value!.Value, 1e-9);
        Assert.Empty(_host.Heard.All);
    }

    [Fact]
    public async Task A_drifted_column_is_named_with_its_figure_its_limit_the_window_and_the_reference()
    {
        await GivenAsync();
        _host.Collected.Windows[Week(1)] = Answers(hour: "i % 12");

        var run = await _host.RunAsync(Week(1), Ct);

        Assert.Equal(["hour"], run.Drifted);
        var alert = Assert.Single(await AlertsAsync("open"));
        Assert.StartsWith(
            "flights/inputs: 1 of 2 features drifted in 2001-01-08 to 2001-01-15 against the training data of model:late@1: "
            + "hour population_stability_index ",
            alert.Message,
            StringComparison.Ordinal);
        Assert.Contains("> 0.2; hour jensen_shannon_distance ", alert.Message, StringComparison.Ordinal);
        Assert.Equal([typeof(DriftFound), typeof(AlertRaised)], _host.Heard.All.Select(heard => heard.GetType()));
    }

    [Fact]
    public async Task An_alert_is_raised_once_and_resolved_when_its_signal_is_well_again()
    {
        await GivenAsync();
        _host.Collected.Windows[Week(1)] = Answers(hour: "i % 12");
        _host.Collected.Windows[Week(2)] = Answers(hour: "i % 6");
        _host.Collected.Windows[Week(3)] = Answers();

        var first = await _host.RunAsync(Week(1), Ct);
        var second = await _host.RunAsync(Week(2), Ct);
        var open = Assert.Single(await AlertsAsync("open"));
        await _host.RunAsync(Week(3), Ct);

        Assert.Equal((first.Id, second.Id), (open.OpenedRun, open.LastRun));
        Assert.Contains("2001-01-15 to 2001-01-22", open.Message, StringComparison.Ordinal);
        Assert.Empty(await AlertsAsync("open"));
        Assert.Equal(open.Id, Assert.Single(await AlertsAsync("resolved")).Id);
        Assert.Single(_host.Heard.All.OfType<AlertRaised>());
        Assert.Single(_host.Heard.All.OfType<AlertResolved>());
    }

    [Fact]
    public async Task A_look_back_at_an_earlier_window_resolves_nothing()
    {
        await GivenAsync();
        _host.Collected.Windows[Week(1)] = Answers();
        _host.Collected.Windows[Week(2)] = Answers(hour: "i % 12");

        await _host.RunAsync(Week(2), Ct);
        await _host.RunAsync(Week(1), Ct);

        Assert.Single(await AlertsAsync("open"));
    }

    [Fact]
    public async Task A_window_without_answers_is_no_data_and_leaves_alerts_as_they_are()
    {
        await GivenAsync();
        _host.Collected.Windows[Week(1)] = Answers(hour: "i % 12");
        await _host.RunAsync(Week(1), Ct);

        var run = await _host.RunAsync(Week(2), Ct);

        Assert.Equal(("NoData", null, 0), (run.Status, run.Model, run.Rows));
        Assert.Contains("nothing was collected from 'flights' in 2001-01-15 to 2001-01-22", run.Message, StringComparison.Ordinal);
        Assert.Single(await AlertsAsync("open"));
    }

    [Fact]
    public async Task Three_rows_are_too_few_to_judge()
    {
        await GivenAsync();
        _host.Collected.Windows[Week(1)] = Answers(hour: "3", rows: 3);

        var run = await _host.RunAsync(Week(1), Ct);

        Assert.Equal(("NoData", 3), (run.Status, run.Rows));
        Assert.Contains("3 rows are too few to judge drift; minimum_rows is 100", run.Message, StringComparison.Ordinal);
        Assert.Empty(await AlertsAsync(null));
    }

    [Fact]
    public async Task Performance_comes_from_the_labels_that_have_come()
    {
        await GivenAsync();
        _host.Collected.Windows[Week(1)] = Answers(label: "case when i % 2 = 0 then null else (i % 10 < 8)::int::double end");

        var run = await _host.RunAsync(Week(1), Ct);

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
        _host.Collected.Windows[Week(1)] = Answers(rows: 700);
        _host.Collected.Windows[Week(2)] = Answers(label: "null::double");

        var run = await _host.RunAsync(Week(2), Ct);

        Assert.Equal((1000, 700), (run.Rows, run.Labelled));
    }

    [Fact]
    public async Task Scores_that_are_no_probabilities_are_left_out_and_counted()
    {
        await GivenAsync();
        _host.Collected.Windows[Week(1)] = Answers(score: "case when i < 10 then 'nan'::float when i < 20 then 7 else 0.9 end");

        var run = await _host.RunAsync(Week(1), Ct);

        Assert.Equal(980, run.Labelled);
        Assert.Contains("20 labelled rows have no score between 0 and 1", run.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Values_that_are_no_numbers_count_as_nulls_and_unseen_categories_as_others()
    {
        await GivenAsync();
        _host.Collected.Windows[Week(1)] = Answers(hour: "'soon'", origin: "'Zürich'");

        var run = await _host.RunAsync(Week(1), Ct);

        // Everything moved to a bin that was empty.
        Assert.All(
            run.Metrics.Where(metric => metric.Feature is not null && metric.Metric == "jensen_shannon_distance"),
            metric => Assert.Equal(1, metric.Value!.Value, 1e-9));
    }

    [Fact]
    public async Task A_reference_column_that_is_not_collected_is_told()
    {
        await GivenAsync();
        _host.Collected.Windows[Week(1)] = Answers().Replace("as input_origin", "as input_start", StringComparison.Ordinal);

        var run = await _host.RunAsync(Week(1), Ct);

        Assert.Equal(["hour", "hour"], run.Metrics.Where(metric => metric.Feature is not null).Select(metric => metric.Feature));
        Assert.Equal("inputs: The reference has origin, but the endpoint did not collect it.", run.Message);
    }

    [Fact]
    public async Task A_feature_that_the_reference_lacks_is_told_with_the_nearest_name()
    {
        await GivenAsync(Monitor.Replace("type: data_drift", "type: data_drift\n      features: [orgin]", StringComparison.Ordinal));
        _host.Collected.Windows[Week(1)] = Answers();

        var run = await _host.RunAsync(Week(1), Ct);

        Assert.Contains("names 'orgin'", run.Message, StringComparison.Ordinal);
        Assert.Contains("Did you mean 'origin'?", run.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(run.Metrics, metric => metric.Signal == "inputs");
    }

    [Fact]
    public async Task Without_a_training_profile_only_performance_is_measured()
    {
        await GivenAsync(Monitor, withProfile: false);
        _host.Collected.Windows[Week(1)] = Answers();

        var run = await _host.RunAsync(Week(1), Ct);

        Assert.Equal("Completed", run.Status);
        Assert.Contains("inputs: model:late@1 has no training-profile.json", run.Message, StringComparison.Ordinal);
        Assert.All(run.Metrics, metric => Assert.Equal("quality", metric.Signal));
    }

    [Fact]
    public async Task Predictions_are_compared_for_the_version_that_answered_most_rows()
    {
        await GivenAsync();
        _host.Collected.Windows[Week(1)] = Answers(version: "case when i % 10 = 0 then 2 else 1 end", score: "case when i % 10 = 0 then 0.99 else (i % 10) / 10.0 end");

        var run = await _host.RunAsync(Week(1), Ct);

        Assert.Equal(1, run.ModelVersion);
        Assert.InRange(run.Metrics.Single(metric => metric.Signal == "scores").Value!.Value, 0.1, 0.25);
    }

    [Fact]
    public async Task A_run_is_read_as_it_was_found_and_hangs_in_the_lineage()
    {
        await GivenAsync();
        _host.Collected.Windows[Week(1)] = Answers(hour: "i % 12", label: "1.0");

        var run = await _host.RunAsync(Week(1), Ct);

        var read = (await _host.Get<RunStore>().FindAsync(WorkspaceName.Default, run.Id, Ct))!;
        Assert.Equal(run.Metrics, read.Metrics);
        Assert.Equal(run with { Metrics = [] }, read with { Metrics = [] });
        Assert.Null(read.Metrics.Single(metric => metric.Metric == "auc").Value);
        var edges = (await _host.Get<LineageLog>().UpstreamAsync(WorkspaceName.Default, (await AlertsAsync("open"))[0].Node, 2, Ct)).Edges;
        Assert.Equal(
            [("raised", run.Node), ("monitored", "model:late@1"), ("monitored", "deployment:flights/blue")],
            edges.Select(edge => (edge.Act, edge.From)));
    }

    [Fact]
    public async Task What_does_not_exist_is_said_by_name()
    {
        await GivenAsync();

        var monitor = await Assert.ThrowsAsync<SlipwayException>(
            () => _host.Get<RunMonitor>().RunAsync(Caller.System, "fright", Week(1), Ct));
        var endpoint = await Assert.ThrowsAsync<SlipwayException>(
            () => _host.DeclareAsync(Monitor.Replace("azureml:flights", "azureml:fights", StringComparison.Ordinal), Ct));

        Assert.Equal((ErrorCode.NotFound, "Monitor 'fright' does not exist."), (monitor.Code, monitor.Message));
        Assert.Equal((ErrorCode.NotFound, "Endpoint 'fights' does not exist."), (endpoint.Code, endpoint.Message));
    }

    [Fact]
    public async Task A_monitor_is_replaced_and_deleted()
    {
        await GivenAsync();
        var store = _host.Get<MonitorStore>();

        await _host.DeclareAsync(Monitor.Replace("accuracy: 0.9", "auc: 0.5", StringComparison.Ordinal), Ct);

        Assert.Contains("auc: 0.5", Assert.Single(await store.ListAsync(WorkspaceName.Default, Ct)).Definition, StringComparison.Ordinal);
        Assert.True(await store.DeleteAsync(WorkspaceName.Default, "flights", Ct));
        Assert.False(await store.DeleteAsync(WorkspaceName.Default, "flights", Ct));
    }

    [Fact]
    public async Task A_monitor_with_a_trigger_is_run_by_its_schedule_for_the_last_period_and_each_that_is_over()
    {
        await GivenAsync(Monitor + "\ntrigger: {type: recurrence, frequency: day, interval: 7}");
        _host.Collected.Windows[Week(0)] = Answers();

        await _host.TickAsync(Ct);
        Time.Advance(TimeSpan.FromDays(8));
        await _host.TickAsync(Ct);
        await _host.TickAsync(Ct);

        var runs = await _host.Get<RunStore>().ListAsync(WorkspaceName.Default, "flights", 10, Ct);
        Assert.Equal([(Week(0), 1000L), (Week(-1), 0L)], runs.Select(run => (run.Window, run.Rows)));
        Assert.Contains("trigger:", (await _host.Get<MonitorStore>().FindAsync(WorkspaceName.Default, "flights", Ct))!.Definition, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_monitor_that_is_deleted_or_loses_its_trigger_loses_its_schedule()
    {
        await GivenAsync(Monitor + "\ntrigger: {type: recurrence, frequency: day, interval: 7}");
        var schedules = _host.Get<ISchedules>();
        Task<bool> IsKeptAsync() => schedules.IsKeptAsync(WorkspaceName.Default, "flights", MonitorAct.Act, Ct);
        var declared = await IsKeptAsync();

        await _host.DeclareAsync(Monitor, Ct);
        var without = await IsKeptAsync();
        await _host.DeclareAsync(Monitor + "\ntrigger: {type: recurrence, frequency: day, interval: 1}", Ct);
        var again = await IsKeptAsync();
        await _host.Get<DeclareMonitor>().DeleteAsync(Caller.System, "flights", Ct);

        Assert.Equal((true, false, true, false), (declared, without, again, await IsKeptAsync()));
        Assert.Empty(await _host.Get<MonitorStore>().ListAsync(WorkspaceName.Default, Ct));
    }

    [Fact]
    public async Task A_monitor_from_before_triggers_were_schedules_gets_its_schedule_when_a_server_starts()
    {
        await GivenAsync();
        await _host.Get<CreateMonitor>().RunAsync(Caller.System, Monitor + "\ntrigger: {type: recurrence, frequency: day, interval: 7}", Ct);
        var adopt = _host.Get<AdoptMonitors>();

        await adopt.RunAsync(Ct);
        await adopt.RunAsync(Ct);

        Assert.True(await _host.Get<ISchedules>().IsKeptAsync(WorkspaceName.Default, "flights", MonitorAct.Act, Ct));
    }

    [Fact]
    public async Task A_monitor_does_not_take_the_schedule_of_something_else()
    {
        await GivenAsync();
        const string Other = "name: weekly\ntrigger: {type: cron, expression: '0 1 * * *'}\nscrape_metrics: {url: 'https://node.example.com/metrics'}";
        await _host.Get<ISchedules>().KeepAsync(Caller.System, Other, "s.yml", Ct);
        var weekly = Monitor.Replace("name: flights", "name: weekly", StringComparison.Ordinal) + "\ntrigger: {type: recurrence, frequency: day, interval: 7}";

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => _host.DeclareAsync(weekly, Ct));

        Assert.Contains("There is a schedule 'weekly' already, which does scrape_metrics", refusal.Message, StringComparison.Ordinal);
        Assert.Null(await _host.Get<MonitorStore>().FindAsync(WorkspaceName.Default, "weekly", Ct));
    }

    [Fact]
    public async Task A_schedule_declares_its_monitor_and_measures_each_period_once()
    {
        await GivenAsync();
        _host.Collected.Windows[Week(0)] = Answers();
        var act = _host.Get<IScheduledAct>();
        var work = Occurrence(Monitor + "\ntrigger: {type: recurrence, frequency: week, interval: 1}", Week(0).To);

        await act.CheckAsync(Caller.System, work, Ct);
        var first = await act.RunAsync(Caller.System, work, Ct);
        var again = await act.RunAsync(Caller.System, work, Ct);

        var run = Assert.Single(await _host.Get<RunStore>().ListAsync(WorkspaceName.Default, "weekly", 10, Ct));
        Assert.Equal((Week(0), 1000, run.Node), (run.Window, run.Rows, first.Node));
        Assert.Equal(first, again);
        Assert.Contains(await _host.Get<MonitorStore>().ListAsync(WorkspaceName.Default, Ct), monitor => monitor.Name == "weekly" && monitor.Read().Trigger is null);
    }

    [Fact]
    public async Task A_schedule_of_another_kind_measures_from_the_last_run_on_and_refuses_what_cannot_be_monitored()
    {
        await GivenAsync();
        var act = _host.Get<IScheduledAct>();
        const string Cron = Monitor + "\ntrigger: {type: cron, expression: \"0 6 * * 1\"}";
        var day = Week(0).To;

        await act.RunAsync(Caller.System, Occurrence(Cron, day), Ct);
        await act.RunAsync(Caller.System, Occurrence(Cron, day.AddHours(7)), Ct);
        var unknown = await Assert.ThrowsAsync<SlipwayException>(() =>
            act.CheckAsync(Caller.System, Occurrence(Cron.Replace("azureml:flights", "azureml:nothing", StringComparison.Ordinal), day), Ct));

        Assert.Equal(
            [new TimeWindow(day, day.AddHours(7)), new TimeWindow(day.AddDays(-1), day)],
            (await _host.Get<RunStore>().ListAsync(WorkspaceName.Default, "weekly", 10, Ct)).Select(run => run.Window));
        Assert.Equal("Endpoint 'nothing' does not exist.", unknown.Message);
    }

    private static ScheduledWork Occurrence(string yaml, DateTimeOffset time)
    {
        // Schedules are checked as Azure ML does, which wants a compute.
        var whole = yaml.Replace("create_monitor:", "create_monitor:\n  compute: {instance_type: standard_e4s_v3, runtime_version: \"3.3\"}", StringComparison.Ordinal);
        var schedule = Definitions.Read(new DefinitionFile { Yaml = whole, Source = "weekly.yml", Kind = "schedule" });
        return new ScheduledWork
        {
            Schedule = "weekly",
            Name = "weekly_1",
            Time = time,
            Trigger = schedule["trigger"]!.AsObject(),
            Definition = schedule["create_monitor"]!,
            FileYaml = "",
            FileSource = "weekly.yml",
            Files = new Dictionary<string, Digest>(),
        };
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _host.DisposeAsync();
        await base.DisposeAsync();
    }

    internal static TimeWindow Week(int number)
    {
        var start = new DateTimeOffset(2001, 1, 1, 0, 0, 0, TimeSpan.Zero).AddDays(7 * number);
        return new TimeWindow(start, start.AddDays(7));
    }

    /// <summary>A thousand rows, by default like the training data; i counts them.</summary>
    internal static string Answers(
        string hour = "i % 24", string origin = "chr((65 + i % 5)::int)", string score = "(i % 10) / 10.0",
        string label = "(i % 10 >= 5)::int::double", string version = "1", int rows = 1000) =>
        $"""
         select 'p.' || i as prediction_id, timestamptz '2001-01-08 00:00:00+00' as event_time, 'blue' as deployment,
                ({version})::integer as model_version, {hour} as input_hour, {origin}::varchar as input_origin,
                ({score})::float as output_score, {label} as label, null::timestamptz as label_time
         from range({rows}) t(i)
         """;

    internal static TrainingProfile Profile() => new(
        1000,
        [
            FeatureProfile.OfNumbers("hour", [.. Enumerable.Range(0, 1000).Select(i => (double)(i % 24))]),
            FeatureProfile.OfCategories("origin", "ABCDE".Select(letter => KeyValuePair.Create($"{letter}", 200L)), nulls: 0),
        ],
        FeatureProfile.OfNumbers("score", [.. Enumerable.Range(0, 1000).Select(i => (double)(float)(i % 10 / 10.0))]),
        From: null,
        To: Week(0).To);

    private static double Value(MonitorRun run, string metric) => run.Metrics.Single(one => one.Metric == metric).Value!.Value;

    private Task<IReadOnlyList<Alert>> AlertsAsync(string? status) =>
        _host.Get<AlertStore>().ListAsync(WorkspaceName.Default, new AlertQuery { Monitor = "flights", Status = status, Limit = 10 }, Ct);

    private async Task GivenAsync(string monitor = Monitor, bool withProfile = true)
    {
        _host = new MonitoringHost(Database, Folder, Time);
        await _host.RegisterAsync(withProfile ? Profile() : null, Ct);
        await _host.DeclareAsync(monitor, Ct);
    }
}

public sealed class MonitorRunOnSqlite() : MonitorRunContract(DatabaseProvider.Sqlite);

public sealed class MonitorRunOnPostgres() : MonitorRunContract(DatabaseProvider.Postgres);
