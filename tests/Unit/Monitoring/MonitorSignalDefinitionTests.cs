using System.Globalization;
using Slipway.Kernel;
using Slipway.Monitoring.Definitions;
using Slipway.Monitoring.Measures;
using Slipway.Serving.Contracts;
using Xunit;

namespace Slipway.Unit.Monitoring;

/// <summary>Monitors in the shapes that Azure ML's users write.</summary>
public sealed class MonitorSignalDefinitionTests
{
    private const string Advanced =
        """
        $schema: http://azureml/sdk-2-0/Schedule.json
        name: credit_monitoring
        display_name: Credit
        trigger:
          type: recurrence
          frequency: day
          interval: 1
          schedule: {hours: 3, minutes: 15}
        create_monitor:
          compute: {instance_type: standard_e4s_v3, runtime_version: "3.4"}
          monitoring_target: {ml_task: classification, endpoint_deployment_id: azureml:credit:main}
          monitoring_signals:
            drift:
              type: data_drift
              production_data:
                input_data: {path: azureml:inference:1, type: uri_folder}
                data_context: model_inputs
                pre_processing_component: azureml:prepare:1.0.0
              reference_data:
                input_data: {path: azureml:baseline:1, type: mltable}
                data_context: training
                data_column_names: {target_column: DEFAULTED}
              features: {top_n_feature_importance: 20}
              alert_enabled: true
              metric_thresholds:
                numerical: {jensen_shannon_distance: 0.01}
                categorical: {pearsons_chi_squared_test: 0.02}
                features: {age: {two_sample_kolmogorov_smirnov_test: 0.001}}
            quality:
              type: data_quality
              features: [SEX, EDUCATION]
              data_segment: {feature_name: SEX, feature_values: [1, 2]}
              metric_thresholds:
                numerical: {null_value_rate: 0.05}
                categorical: {out_of_bounds_rate: 0.03}
            attribution:
              type: feature_attribution_drift
              reference_data:
                input_data: {path: azureml:baseline:1, type: mltable}
                data_column_names: {target_column: DEFAULTED}
              metric_thresholds: {normalized_discounted_cumulative_gain: 0.8}
            judged:
              type: generation_safety_quality
              workspace_connection_id: c
              sampling_rate: 1
              metric_thresholds: {fluency: {aggregated_fluency_pass_rate: 0.02}}
          alert_notification: {emails: [abc@example.com, def@example.com]}
        """;

    private const string Custom =
        """
        name: custom
        trigger: {type: recurrence, frequency: day, interval: 7}
        create_monitor:
          compute: {instance_type: standard_e8s_v3, runtime_version: "3.4"}
          monitoring_signals:
            own:
              type: custom
              component_id: azureml:spread:1.0.0
              inputs: {most: 3, from: "${{window.from}}"}
              input_data:
                rows:
                  input_data: {type: mltable, path: azureml:Direct:1}
                  data_context: test
              metric_thresholds:
                - metric_name: std_dev
                  threshold: 2
          alert_notification: azmonitoring
        """;

    private static readonly DateTimeOffset s_noon = new(2026, 3, 10, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void An_advanced_monitor_of_Azure_ML_is_read_as_it_is()
    {
        var monitor = MonitorReader.Read(Advanced, "m.yml");

        Assert.Equal(["abc@example.com", "def@example.com"], monitor.Emails);
        var drift = Assert.IsType<DriftSignal>(monitor.Signals[0]);
        Assert.Equal(("inference:1", "baseline:1", "DEFAULTED", 20), (drift.Production[0].Asset, drift.Reference!.Asset, drift.Reference.Target, drift.Features.Top));
        Assert.Equal("two_sample_kolmogorov_smirnov_test", drift.Limits.ByFeature["age"][0].Statistic.Name);
        var quality = Assert.IsType<QualitySignal>(monitor.Signals[1]);
        Assert.Equal(["SEX", "EDUCATION"], quality.Features.Names);
        Assert.Equal(("null_value_rate", 0.05), (quality.Numerical[0].Statistic.Name, quality.Numerical[0].Threshold));
        Assert.Equal(["1", "2"], quality.Segment!.Values);
        Assert.Equal(0.8, Assert.IsType<AttributionSignal>(monitor.Signals[2]).Threshold);
        Assert.Contains("needs a language model", Assert.IsType<UnsupportedSignal>(monitor.Signals[3]).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_custom_signal_becomes_a_pipeline_of_one_step()
    {
        var signal = Assert.IsType<CustomSignal>(Assert.Single(MonitorReader.Read(Custom, "m.yml").Signals));

        var job = CustomMeasurement.Pipeline("custom", signal, new TimeWindow(s_noon.AddDays(-7), s_noon));

        var step = job["jobs"]!["signal"]!;
        Assert.Equal("azureml:spread:1.0.0", (string)step["component"]!);
        Assert.Equal(("3", "2026-03-03T12:00:00Z"), ((string)step["inputs"]!["most"]!, (string)step["inputs"]!["from"]!));
        Assert.Equal("azureml:Direct:1", (string)step["inputs"]!["rows"]!["path"]!);
        Assert.NotNull(step["outputs"]!["signal_metrics"]);
        Assert.Equal(2, signal.Limits["std_dev"]);
    }

    [Fact]
    public void A_monitor_runs_at_its_moments_of_the_day_and_looks_at_the_day_before()
    {
        var trigger = MonitorReader.Read(Advanced, "m.yml").Trigger!;
        var first = trigger.Next(s_noon);

        Assert.Equal((new DateTimeOffset(2026, 3, 11, 3, 15, 0, TimeSpan.Zero), TimeSpan.FromDays(1)), (first, trigger.Period));
        Assert.Equal(first!.Value.AddDays(1), trigger.Next(first.Value));
    }

    [Theory]
    [InlineData("day", 2, "2026-03-28T02:30:00Z", "2026-03-29T01:00:00Z")]
    [InlineData("week", 1, "2026-03-24T02:30:00Z", "2026-03-30T00:30:00Z")]
    public void A_monitor_keeps_its_time_of_the_day_as_schedules_do_when_clocks_change(string frequency, int hour, string after, string next)
    {
        var pattern = frequency == "week" ? $"{{hours: {hour + 1}, minutes: 30, week_days: [monday]}}" : $"{{hours: {hour}, minutes: 30}}";
        var trigger = MonitorReader.Read(
            Advanced.Replace("frequency: day", $"frequency: {frequency}\n  time_zone: Europe/Berlin", StringComparison.Ordinal)
                .Replace("{hours: 3, minutes: 15}", pattern, StringComparison.Ordinal),
            "m.yml").Trigger!;

        Assert.Equal(DateTimeOffset.Parse(next, CultureInfo.InvariantCulture), trigger.Next(DateTimeOffset.Parse(after, CultureInfo.InvariantCulture)));
    }

    [Theory]
    [InlineData("hours: 3, minutes: 15", "hours: 3", "needs both hours and minutes")]
    [InlineData("interval: 1", "interval: 1000000000", "a period is at most ten years")]
    [InlineData("hours: 3", "hours: 25", "'25'; it must be a whole number from 0 to 23")]
    [InlineData("type: data_quality", "type: data_qualty", "Did you mean 'data_quality'?")]
    [InlineData("null_value_rate", "null_rate", "is not a known field")]
    [InlineData("data_column_names: {target_column: DEFAULTED}\n      features", "data_column_name: {}\n      features", "Did you mean 'data_column_names'?")]
    [InlineData("abc@example.com", "abc", "which is not an e-mail address")]
    [InlineData("normalized_discounted_cumulative_gain", "ndcg", "Known: normalized_discounted_cumulative_gain")]
    [InlineData("feature_values: [1, 2]", "feature_values: []", "needs feature_values")]
    [InlineData("monitoring_target: {ml_task: classification, endpoint_deployment_id: azureml:credit:main}", "monitoring_target: {ml_task: classification}", "must name an endpoint_deployment_id")]
    public void A_mistake_is_told_with_its_remedy(string right, string wrong, string told)
    {
        Assert.Contains(right, Advanced, StringComparison.Ordinal);
        var refusal = Assert.Throws<SlipwayException>(
            () => MonitorReader.Read(Advanced.Replace(right, wrong, StringComparison.Ordinal), "m.yml"));

        Assert.Contains(told, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("type: data_drift, source: profile", "Did you mean 'profiles'?")]
    [InlineData("type: model_performance, source: profiles", "a signal of type model_performance needs them")]
    [InlineData("type: data_drift, source: profiles, segments: [SEX]", "segments needs them")]
    [InlineData("type: data_drift, source: profiles, metric_thresholds: {rows: {domain_classifier_auc: 0.6}}", "metric_thresholds.rows needs them")]
    [InlineData("type: data_quality, source: profiles, production_data: {input_data: {path: azureml:inference:1}}", "input_data of production_data needs them")]
    public void What_profiles_cannot_tell_is_refused(string signal, string said)
    {
        var refusal = Assert.Throws<SlipwayException>(() => MonitorReader.Read(
            $"name: m\ncreate_monitor: {{monitoring_target: {{endpoint_deployment_id: 'azureml:e'}}, monitoring_signals: {{s: {{{signal}}}}}}}", "m.yml"));

        Assert.Contains(said, refusal.Message, StringComparison.Ordinal);
    }
}
