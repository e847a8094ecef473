using Slipway.Kernel;
using Slipway.Monitoring.Definitions;
using Slipway.Serving.Contracts;
using Slipway.Shared;
using Xunit;

namespace Slipway.Unit.Monitoring;

public sealed class DefinitionTests
{
    private const string Monitor =
        """
        name: flights
        trigger: {type: recurrence, frequency: week, interval: 2}
        create_monitor:
          compute: {instance_type: standard_e4s_v3, runtime_version: "3.3"}
          monitoring_target:
            ml_task: classification
            endpoint_deployment_id: azureml:flights:blue
          monitoring_signals:
            inputs:
              type: data_drift
              features: [hour, origin]
              metric_thresholds:
                numerical: {population_stability_index: 0.2}
                categorical: {chi_squared_test: 0.01}
            quality:
              type: model_performance
              alert_enabled: false
              production_data: {data_window: {lookback_window_size: P7D, lookback_window_offset: P7D}}
              metric_thresholds: {classification: {accuracy: 0.7, brier: 0.2}}
        """;

    private const string Policy =
        """
        type: retraining
        name: flights
        monitor: flights
        model: flights-late
        triggers: {drift: true, performance: {metric: brier, maximum_drop: 0.1}, age: P28D, new_labels: 100000}
        cool_down: P7D
        budget: {jobs: 4, period: P28D}
        """;

    [Fact]
    public void A_monitor_is_read_with_the_names_of_Azure_ML()
    {
        var monitor = MonitorReader.Read(Monitor, "monitor.yml");

        Assert.Equal(("flights", "flights", "blue"), (monitor.Name, monitor.Endpoint, monitor.Deployment));
        Assert.Equal(TimeSpan.FromDays(14), monitor.Trigger!.Period);
        var drift = Assert.IsType<DriftSignal>(monitor.Signals[0]);
        Assert.Equal(["hour", "origin"], drift.Features.Names);
        Assert.Equal(("population_stability_index", 0.2), (drift.Limits.Numerical![0].Statistic.Name, drift.Limits.Numerical[0].Threshold));
        Assert.Equal("pearsons_chi_squared_test", drift.Limits.Categorical![0].Statistic.Name);
        Assert.True(drift.Limits.Categorical![0].IsCrossedBy(0.001) && !drift.Limits.Categorical![0].IsCrossedBy(0.5));
        var quality = Assert.IsType<PerformanceSignal>(monitor.Signals[1]);
        Assert.False(quality.AlertEnabled);
        Assert.Equal(0.2, quality.Limits["brier"]);
    }

    [Fact]
    public void A_signal_may_look_at_an_earlier_window()
    {
        var quality = MonitorReader.Read(Monitor, "monitor.yml").Signals[1];
        var start = new DateTimeOffset(2001, 2, 5, 0, 0, 0, TimeSpan.Zero);

        Assert.Equal(
            new TimeWindow(start.AddDays(-7), start), quality.WindowOf(new TimeWindow(start, start.AddDays(7))));
    }

    [Fact]
    public void Without_signals_drift_and_quality_are_watched()
    {
        var monitor = MonitorReader.Read(
            """{"name": "m", "create_monitor": {"monitoring_target": {"endpoint_deployment_id": "azureml:flights"}}}""", "monitor.json");

        Assert.Null(monitor.Deployment);
        Assert.Equal(["data-drift-signal", "prediction-drift-signal", "data-quality-signal"], monitor.Signals.Select(signal => signal.Name));
    }

    [Theory]
    [InlineData("type: data_drift", "type: data_drfit", "line 10: 'create_monitor.monitoring_signals.inputs.type' is 'data_drfit'. Did you mean 'data_drift'?")]
    [InlineData("numerical:", "numberical:", "'create_monitor.monitoring_signals.inputs.metric_thresholds.numberical' is not a known field. Did you mean 'numerical'?")]
    [InlineData("chi_squared_test", "two_sample_kolmogorov_smirnov_test", "cannot be measured here")]
    [InlineData("accuracy: 0.7", "acuracy: 0.7", "Did you mean 'accuracy'?")]
    [InlineData("accuracy: 0.7", "accuracy: high", "is 'high'; it must be a number")]
    [InlineData("accuracy: 0.7", "accuracy: .nan", "must be a number")]
    [InlineData("offset: P7D", "offset: 7d", "a length of time is written as P7D")]
    [InlineData("frequency: week", "frequency: weekly", "Known: minute, hour, day, week, month.")]
    [InlineData("classification\n", "clasification\n", "Did you mean 'classification'?")]
    [InlineData("azureml:flights:blue", "azureml:a:b:c", "azureml:ENDPOINT:DEPLOYMENT")]
    [InlineData("name: flights", "title: flights", "line 1: 'title' is not a known field.")]
    [InlineData("name: flights", "name: ../flights", "is not an asset name")]
    [InlineData("[hour, origin]", "[hour", "this is not YAML")]
    public void A_mistake_is_told_with_its_place_and_remedy(string right, string wrong, string told)
    {
        var refusal = Assert.Throws<SlipwayException>(
            () => MonitorReader.Read(Monitor.Replace(right, wrong, StringComparison.Ordinal), "monitor.yml"));

        Assert.Contains(told, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_that_would_exhaust_the_reader_is_refused()
    {
        foreach (var text in new[] { new string('[', 10_000), new string('a', 300_000), "", "- 1", "a: &x 1\nb: *x" })
            Assert.Throws<SlipwayException>(() => MonitorReader.Read(text, "monitor.yml"));
    }

    [Fact]
    public void A_retraining_policy_is_read()
    {
        var policy = RetrainingReader.Read(Policy, "retraining.yml");

        Assert.Equal(("flights", "flights-late", "champion"), (policy.Monitor, policy.Model, policy.Alias));
        Assert.Equal(1, policy.Drift!.LeastFeatures);
        Assert.Equal(new PerformanceTrigger("brier", 0.1, null), policy.Performance);
        Assert.Equal((TimeSpan.FromDays(28), 100_000L), (policy.Age!.Value, policy.NewLabels!.Value));
        Assert.Equal((4L, TimeSpan.FromDays(28)), policy.Budget!.Value);
    }

    [Theory]
    [InlineData("type: retraining", "type: retrain", "is 'retrain'; a retraining policy is of type retraining")]
    [InlineData("metric: brier", "metric: bier", "Did you mean 'brier'?")]
    [InlineData("jobs: 4, ", "", "'budget' the field 'jobs' is missing.")]
    [InlineData("new_labels: 100000", "new_labels: 1.5", "must be a whole number from 1")]
    [InlineData("cool_down: P7D", "cooldown: P7D", "Did you mean 'cool_down'?")]
    [InlineData("cool_down: P7D", "cool_down: -P7D", "is not negative")]
    public void A_mistake_in_a_policy_is_told(string right, string wrong, string told)
    {
        var refusal = Assert.Throws<SlipwayException>(
            () => RetrainingReader.Read(Policy.Replace(right, wrong, StringComparison.Ordinal), "retraining.yml"));

        Assert.Contains(told, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_examples_are_read()
    {
        var monitor = MonitorReader.Read(File.ReadAllText(Repository.Path("examples/flights/monitor.yml")), "monitor.yml");
        var policy = RetrainingReader.Read(File.ReadAllText(Repository.Path("examples/flights/retraining.yml")), "retraining.yml");

        Assert.Equal(monitor.Name, policy.Monitor);
    }
}
