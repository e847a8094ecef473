using Slipway.Kernel;
using Slipway.Monitoring.Measures;
using Slipway.Statistics.Drift;
using Slipway.Statistics.Quality;

namespace Slipway.Monitoring.Definitions;

/// <summary>Reads the signals of a monitor.</summary>
internal static class SignalReader
{
    private const double DefaultGain = 0.9;

    private static readonly string[] s_types =
    [
        "data_drift", "prediction_drift", "data_quality", "feature_attribution_drift", "model_performance", "custom",
        "generation_safety_quality", "generation_token_statistics",
    ];

    private static readonly string[] s_common =
        ["type", "alert_enabled", "production_data", "reference_data", "data_segment", "segments", "minimum_rows", "properties", "source"];

    public static IReadOnlyList<SignalDefinition> Read(Fields? signals)
    {
        if (signals is not null)
            return [.. signals.Keys.Select(name => Signal(name, signals.RequiredMap(name)))];
        return
        [
            new DriftSignal { Name = "data-drift-signal", OfPredictions = false, Limits = new DriftLimits() },
            new DriftSignal { Name = "prediction-drift-signal", OfPredictions = true, Limits = new DriftLimits() },
            Quality("data-quality-signal", null),
        ];
    }

    private static SignalDefinition Signal(string name, Fields fields)
    {
        SignalDefinition signal = fields.RequiredText("type").ToLowerInvariant() switch
        {
            "data_drift" => Drift(name, Only(fields, "features", "metric_thresholds", "multiple_testing"), ofPredictions: false),
            "prediction_drift" => Drift(name, Only(fields, "metric_thresholds", "multiple_testing"), ofPredictions: true),
            "data_quality" => Quality(name, Only(fields, "features", "metric_thresholds")),
            "feature_attribution_drift" => Attribution(name, Only(fields, "features", "metric_thresholds")),
            "model_performance" => Performance(name, Only(fields, "metric_thresholds", "decision_threshold")),
            "custom" => CustomSignalReader.Read(name, Only(fields, "component_id", "component", "inputs", "input_data", "metric_thresholds")),
            "generation_safety_quality" or "generation_token_statistics" => Unsupported(name, fields),
            var type => throw fields.Wrong("type", $"is '{type}'.{Nearest.Hint(type, s_types)} Known: {string.Join(", ", s_types)}."),
        };
        return signal is UnsupportedSignal ? signal : ProfiledSignals.Check(WithCommon(signal, fields), fields);
    }

    private static UnsupportedSignal Unsupported(string name, Fields fields)
    {
        var why = $"{fields.Text("type")} needs a language model that judges answers, which Slipway does not have; use a custom signal.";
        return new UnsupportedSignal(why) { Name = name };
    }

    private static Fields Only(Fields fields, params string[] own) => fields.Only([.. s_common, .. own]);

    private static SignalDefinition WithCommon(SignalDefinition signal, Fields fields) => signal with
    {
        AlertEnabled = fields.Flag("alert_enabled") ?? true,
        OfProfiles = ProfiledSignals.Read(fields),
        LeastRows = fields.Whole("minimum_rows", least: 1) ?? signal.LeastRows,
        Production = signal is CustomSignal ? signal.Production : DataSourceReader.Production(fields),
        Reference = DataSourceReader.Reference(fields),
        Features = signal is DriftSignal { OfPredictions: true } ? signal.Features : Features(fields),
        Segment = Segment(fields.Map("data_segment")?.Only("feature_name", "feature_values")),
        SegmentColumns = fields.Texts("segments") ?? [],
    };

    private static DataSegment? Segment(Fields? segment)
    {
        if (segment is null)
            return null;
        var values = segment.Many("feature_values");
        return values.Count > 0
            ? new DataSegment(segment.RequiredText("feature_name"), values)
            : throw segment.Wrong(null, "needs feature_values.");
    }

    private static FeatureChoice Features(Fields fields)
    {
        if (fields.IsMap("features"))
        {
            var features = fields.RequiredMap("features").Only("top_n_feature_importance");
            return new FeatureChoice(Top: (int?)features.Whole("top_n_feature_importance", least: 1) ?? 10);
        }

        if (!fields.IsText("features"))
            return new FeatureChoice(fields.Texts("features"));
        return fields.Text("features") == "all_features"
            ? new FeatureChoice(Top: int.MaxValue)
            : throw fields.Wrong("features", "must be a list of names, top_n_feature_importance, or all_features.");
    }

    private static DriftSignal Drift(string name, Fields fields, bool ofPredictions) => new()
    {
        Name = name,
        OfPredictions = ofPredictions,
        Limits = DriftLimits.Read(fields, RowStatistics.All),
        Adjusts = fields.Text("multiple_testing") switch
        {
            null or "benjamini_hochberg" => true,
            "none" => false,
            var text => throw fields.Wrong("multiple_testing", $"is '{text}'. Known: benjamini_hochberg, none."),
        },
    };

    private static QualitySignal Quality(string name, Fields? fields)
    {
        var thresholds = fields?.Map("metric_thresholds")?.Only("numerical", "categorical", "features");
        return new QualitySignal
        {
            Name = name,
            Numerical = QualityLimits(thresholds?.Map("numerical"), FeatureType.Numeric),
            Categorical = QualityLimits(thresholds?.Map("categorical"), FeatureType.Categorical),
            ByFeature = thresholds?.Map("features") is { } features
                ? features.Keys.ToDictionary(feature => feature, feature => QualityLimits(features.RequiredMap(feature), null))
                : [],
        };
    }

    // Azure ML's default: each of its three rates, at 0.
    private static IReadOnlyList<QualityLimit> QualityLimits(Fields? thresholds, FeatureType? type)
    {
        string[] names = [.. QualityStatistics.All.Where(one => type is null || one.Suits(type.Value)).Select(one => one.Name)];
        if (thresholds is null)
            return [.. names.Where(name => name != "unseen_category_rate").Select(name => new QualityLimit(Get(name), 0))];
        thresholds.Only(names);
        return
        [
            .. thresholds.Keys.Select(name => new QualityLimit(
                Get(name), thresholds.Number(name) ?? throw thresholds.Wrong(name, "needs a threshold."))),
        ];

        static IQualityStatistic Get(string name) => QualityStatistics.ByName.Get("quality statistic", name);
    }

    private static AttributionSignal Attribution(string name, Fields fields)
    {
        const string Gain = AttributionMetric.Name;
        var threshold = fields.Map("metric_thresholds")?.Only(Gain).Number(Gain) ?? DefaultGain;
        return new AttributionSignal { Name = name, Threshold = threshold };
    }

    private static PerformanceSignal Performance(string name, Fields fields)
    {
        var limits = new Dictionary<string, double>();
        var tasks = fields.Map("metric_thresholds")?.Only("classification", "regression");
        foreach (var thresholds in new[] { tasks?.Map("classification"), tasks?.Map("regression") }.OfType<Fields>())
        {
            foreach (var metric in thresholds.Only([.. PerformanceMetrics.Names]).Keys)
                limits[metric] = thresholds.Number(metric) ?? throw thresholds.Wrong(metric, "needs a threshold.");
        }

        return new PerformanceSignal { Name = name, Limits = limits, DecisionThreshold = fields.Number("decision_threshold") ?? 0.5 };
    }
}

internal static class AttributionMetric
{
    public const string Name = "normalized_discounted_cumulative_gain";
}
