using Slipway.Kernel;
using Slipway.Statistics.Drift;

namespace Slipway.Monitoring.Definitions;

/// <summary>
/// Reads a monitor in the words of Azure ML's schedule with create_monitor. Differences: the reference of drift is always
/// the training profile beside the model, so statistics of histograms are to be had and Jensen-Shannon is the default for
/// both kinds of columns; several statistics of one kind are all measured; compute is accepted and not used.
/// </summary>
internal static class MonitorReader
{
    private const double DefaultThreshold = 0.1;
    private static readonly string[] s_types = ["data_drift", "prediction_drift", "model_performance"];

    public static MonitorDefinition Read(string yaml, string source)
    {
        var root = FieldsReader.Read(yaml, source)
            .Only("$schema", "type", "name", "display_name", "description", "tags", "trigger", "create_monitor");
        if (root.Text("type") is { } type && type is not ("monitor" or "schedule"))
            throw root.Wrong("type", $"is '{type}'; a monitor is of type monitor (or schedule).");
        var monitor = root.RequiredMap("create_monitor").Only("compute", "monitoring_target", "monitoring_signals");
        var target = monitor.RequiredMap("monitoring_target").Only("ml_task", "endpoint_deployment_id", "model_id");
        if (target.Text("ml_task") is { } task && task != "classification")
            throw target.Wrong("ml_task", $"is '{task}'; classification with two classes is what can be monitored.");

        var (endpoint, deployment) = Target(target);
        return new MonitorDefinition
        {
            Name = AssetName.Parse(root.RequiredText("name")).Value,
            Endpoint = endpoint,
            Deployment = deployment,
            Model = target.Text("model_id") is { } model ? Strip(model).Split(':', '@')[0] : null,
            Period = Period(root.Map("trigger")),
            Signals = Signals(monitor.Map("monitoring_signals")),
        };
    }

    private static (string Endpoint, string? Deployment) Target(Fields target)
    {
        var parts = Strip(target.RequiredText("endpoint_deployment_id")).Split(':');
        return parts is [{ Length: > 0 }] or [{ Length: > 0 }, { Length: > 0 }]
            ? (parts[0], parts.ElementAtOrDefault(1))
            : throw target.Wrong("endpoint_deployment_id", "must be azureml:ENDPOINT or azureml:ENDPOINT:DEPLOYMENT.");
    }

    private static string Strip(string reference) =>
        reference.StartsWith("azureml:", StringComparison.Ordinal) ? reference["azureml:".Length..] : reference;

    private static TimeSpan? Period(Fields? trigger)
    {
        if (trigger is null)
            return null;
        trigger.Only("type", "frequency", "interval");
        if (trigger.Text("type") is { } type && type != "recurrence")
            throw trigger.Wrong("type", $"is '{type}'; a monitor's trigger is of type recurrence.");
        var unit = trigger.RequiredText("frequency") switch
        {
            "minute" => TimeSpan.FromMinutes(1),
            "hour" => TimeSpan.FromHours(1),
            "day" => TimeSpan.FromDays(1),
            "week" => TimeSpan.FromDays(7),
            var text => throw trigger.Wrong("frequency", $"is '{text}'. Known: minute, hour, day, week."),
        };
        return unit * (trigger.Whole("interval", least: 1) ?? 1);
    }

    private static IReadOnlyList<SignalDefinition> Signals(Fields? signals)
    {
        if (signals is null)
            return [Drift("data-drift-signal", null, ofPredictions: false), Drift("prediction-drift-signal", null, ofPredictions: true)];
        return [.. signals.Keys.Select(name => Signal(name, signals.RequiredMap(name)))];
    }

    private static SignalDefinition Signal(string name, Fields fields)
    {
        fields.Only("type", "alert_enabled", "production_data", "features", "metric_thresholds", "minimum_rows");
        SignalDefinition signal = fields.RequiredText("type") switch
        {
            "data_drift" => Drift(name, fields, ofPredictions: false),
            "prediction_drift" => Drift(name, fields, ofPredictions: true),
            "model_performance" => Performance(name, fields),
            var type => throw fields.Wrong(
                "type", $"is '{type}'.{Nearest.Hint(type, s_types)} Known: {string.Join(", ", s_types)}."),
        };
        var window = fields.Map("production_data")?.Only("data_window").Map("data_window")
            ?.Only("lookback_window_size", "lookback_window_offset");
        return signal with
        {
            AlertEnabled = fields.Flag("alert_enabled") ?? true,
            LeastRows = fields.Whole("minimum_rows", least: 1) ?? signal.LeastRows,
            WindowSize = window?.Duration("lookback_window_size"),
            WindowOffset = window?.Duration("lookback_window_offset") ?? TimeSpan.Zero,
        };
    }

    private static DriftSignal Drift(string name, Fields? fields, bool ofPredictions)
    {
        var thresholds = fields?.Map("metric_thresholds")?.Only("numerical", "categorical");
        return new DriftSignal
        {
            Name = name,
            OfPredictions = ofPredictions,
            Features = fields is null || fields.IsText("features") ? AllFeatures(fields) : fields.Texts("features"),
            Numerical = Limits(thresholds?.Map("numerical"), FeatureType.Numeric),
            Categorical = Limits(thresholds?.Map("categorical"), FeatureType.Categorical),
        };
    }

    private static IReadOnlyList<string>? AllFeatures(Fields? fields) => fields?.Text("features") is null or "all_features"
        ? null
        : throw fields.Wrong("features", "must be a list of names, or all_features.");

    private static IReadOnlyList<DriftLimit> Limits(Fields? thresholds, FeatureType type)
    {
        if (thresholds is null)
            return [new DriftLimit(Statistic("jensen_shannon_distance", type, null), DefaultThreshold)];
        return
        [
            .. thresholds.Keys.Select(name => new DriftLimit(
                Statistic(name, type, thresholds),
                thresholds.Number(name) ?? throw thresholds.Wrong(name, "needs a threshold."))),
        ];
    }

    private static IBinnedStatistic Statistic(string name, FeatureType type, Fields? fields)
    {
        // Azure ML's documentation and its client disagree on the name of this one.
        var known = name == "chi_squared_test" ? "pearsons_chi_squared_test" : name;
        return DriftStatistics.ByName.Find(known) is IBinnedStatistic statistic && statistic.Suits(type)
            ? statistic
            : throw fields!.Wrong(name, $"cannot be measured here.{Nearest.Hint(name, Names(type))} Known: {string.Join(", ", Names(type))}.");
    }

    private static IEnumerable<string> Names(FeatureType type) => DriftStatistics.All
        .OfType<IBinnedStatistic>().Where(statistic => statistic.Suits(type)).Select(statistic => statistic.Name);

    private static PerformanceSignal Performance(string name, Fields fields)
    {
        var thresholds = fields.Map("metric_thresholds")?.Only("classification").Map("classification")?.Only([.. PerformanceMetrics.Names]);
        return new PerformanceSignal
        {
            Name = name,
            Limits = thresholds?.Keys.ToDictionary(
                metric => metric, metric => thresholds.Number(metric) ?? throw thresholds.Wrong(metric, "needs a threshold."))
                ?? [],
        };
    }
}
