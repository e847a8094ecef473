using System.Text.RegularExpressions;
using Slipway.Statistics.Drift;
using Slipway.Statistics.Performance;
using Slipway.Statistics.Quality;
using static Slipway.Jobs.Definitions.Schema.Shapes;

namespace Slipway.Jobs.Definitions.Schema;

/// <summary>Monitors of schedules.</summary>
internal static partial class MonitorTables
{
    private static readonly string[] s_performance =
    [
        .. ClassificationScan.Names.Concat(RegressionScan.Names).SelectMany(name => new[] { name, $"estimated_{name}" }), "calibration_slope",
    ];

    private static readonly Field s_multipleTesting =
        F("multiple_testing", Choice("benjamini_hochberg", "none"), "How p-values of many columns are taken together.");

    private static readonly string[] s_generation = ["groundedness", "relevance", "coherence", "fluency", "similarity"];

    // Azure ML takes others too.
    private static readonly ObjectShape s_columnNames = new("names of columns", [
        F("target_column", Text, "What is predicted."),
        F("prediction", Text, "What was predicted."),
        F("prediction_probability", Text, "How sure the model was."),
        F("correlation_id", Text, "What joins answers with what happened."),
        F("timestamp_column", Text, "When it was.")])
    { Unknown = UnknownKeys.TyposRefused };

    // A window without an input is of what the endpoint answered; Azure ML has no such reference.
    private static readonly ObjectShape s_data = new("a monitor's data", [
        F(
            "input_data",
            Object(
                "a monitor's input",
                F("type", Choice("mltable", "uri_folder", "uri_file"), "The type of the input."),
                Required("path", Reference(ReferenceUse.Data), "Where the content is."),
                F("mode", Text, "How the content is brought to the process.")),
            "The data."),
        F("data_context", Choice("model_inputs", "model_outputs", "model_inputs_outputs", "training", "test", "validation", "ground_truth"), "What the data is."),
        F("data_column_names", s_columnNames, "The columns that mean something."),
        F("pre_processing_component", Reference(ReferenceUse.Component), "What makes a table of a folder."),
        new Field(
            "data_window",
            Object(
                "a data window",
                F("lookback_window_size", Text, "How long it is: P7D."),
                F("lookback_window_offset", Text, "How long ago it ends: P0D."),
                F("window_start", Text, "When it begins."),
                F("window_end", Text, "When it ends.")),
            "Which part of the data."),
        F("data_window_size", Text, "How long the window is: P7D."),
        F("trailing_window_size", Text, "How long the window is: P7D."),
        F("trailing_window_offset", Text, "How long ago the window ends: P0D.")])
    { Rules = [Rule.AtLeastOne("input_data", "data_window", "data_window_size", "trailing_window_size")] };

    public static ObjectShape Monitor { get; } = new("a monitor", [
        F(
            "compute",
            Object("a monitor's compute", F("instance_type", Text, "Which machines."), F("runtime_version", Text, "The version of Spark.")),
            "Where it runs; accepted and without effect."),
        F(
            "monitoring_target",
            new ObjectShape("a monitoring target", [
                F("ml_task", Choice("classification", "regression", "question_answering"), "What the model does."),
                F("endpoint_deployment_id", Text, "azureml:endpoint:deployment."),
                F("model_id", Reference(ReferenceUse.Model), "The model.")])
            { Rules = [Rule.AtMostOne("endpoint_deployment_id", "model_id")] },
            "What is watched."),
        F("monitoring_signals", Map(Signals()), "What is computed, by name."),
        F(
            "alert_notification",
            new EitherShape(Choice("azmonitoring"), Object("an alert notification", F("emails", OneOrMore(Matching(Email(), "an e-mail address")), "Who is told."))),
            "Who is told."),
        CommonTables.Properties]);

    private static VariantShape Signals() => new(
        "a signal",
        "type",
        new Dictionary<string, ObjectShape>
        {
            ["data_drift"] = Signal("data_drift", Drift(), s_multipleTesting),
            ["prediction_drift"] = Signal("prediction_drift", Drift(), s_multipleTesting),
            ["data_quality"] = Signal("data_quality", Metrics(
                Metric("numerical", Quality(FeatureType.Numeric)),
                Metric("categorical", Quality(FeatureType.Categorical)),
                ByFeature(Quality(null)))),
            ["feature_attribution_drift"] = Signal("feature_attribution_drift", Metrics(F("normalized_discounted_cumulative_gain", Number(), "The threshold."))),
            ["model_performance"] = Signal("model_performance", Metrics([
                Metric("classification", s_performance),
                Metric("regression", s_performance),
                .. s_performance.Select(name => F(name, Number(), "The threshold."))]),
                F("decision_threshold", Number(0, 1), "The score from which on a row counts as positive.")),
            ["custom"] = Signal(
                "custom",
                List(Object("a metric threshold", Required("metric_name", Text, "The metric."), Required("threshold", Number(), "The threshold."))),
                F("component_id", Reference(ReferenceUse.Component), "What computes it."),
                F("component", Map(Any), "What computes it: a step as in a pipeline."),
                F("inputs", Map(Any), "Literals for the component."),
                F("input_data", Map(s_data), "Data for the component.")),
            ["generation_safety_quality"] = Signal(
                "generation_safety_quality",
                Metrics([.. s_generation.Select(name => Metric(name, $"aggregated_{name}_pass_rate", $"acceptable_{name}_score_per_instance"))]),
                F("sampling_rate", Number(0, 1), "The share that is looked at."),
                F("workspace_connection_id", Text, "Whose model judges.")),
            ["generation_token_statistics"] = Signal("generation_token_statistics", Map(Any), F("sampling_rate", Number(0, 1), "The share that is looked at.")),
        },
        _ => null);

    private static ObjectShape Signal(string type, Shape thresholds, params Field[] more) => new($"a {type} signal", [
        F("type", Choice(type), "What is computed."),
        F("alert_enabled", Flag, "Whether it alerts."),
        F("metric_thresholds", thresholds, "When it alerts."),
        F("properties", TextMap, "Free words by name."),
        F("reference_data", s_data, "What is compared with."),
        F("production_data", OneOrMore(s_data), "What is watched."),
        F("features", new EitherShape(Text, Object("a choice of features", F("top_n_feature_importance", Integer(1), "How many.")), TextList), "Which columns."),
        F("data_segment", Object("a data segment", F("feature_name", Text, "The column."), F("feature_values", TextList, "Its values.")), "Which rows."),
        F("segments", TextList, "Columns whose values are looked at one by one."),
        F("minimum_rows", Integer(1), "Rows below which nothing is judged."),
        F("source", Choice("collected", "profiles"), "What is looked at: collected rows, or the profiles that were made while answers were given."),
        .. more]);

    private static EitherShape Drift() => new(Choice("auto"), Metrics(
        Metric("numerical", DriftOf(FeatureType.Numeric)),
        Metric("categorical", DriftOf(FeatureType.Categorical)),
        ByFeature(DriftOf(null)),
        F("rows", Map(Number()), "Thresholds of statistics of whole rows.")));

    private static string[] DriftOf(FeatureType? type) =>
        [.. DriftStatistics.All.Where(one => one is not IRowStatistic && (type is null || one.Suits(type.Value))).Select(one => one.Name)];

    private static string[] Quality(FeatureType? type) =>
        [.. QualityStatistics.All.Where(one => type is null || one.Suits(type.Value)).Select(one => one.Name)];

    private static Field ByFeature(string[] metrics) => F("features", Map(Metric("", metrics).Shape), "Thresholds of single columns.");

    private static ObjectShape Metrics(params Field[] fields) => Object("metric thresholds", fields);

    private static Field Metric(string name, params string[] metrics) => F(
        name,
        new ObjectShape(name.Length == 0 ? "thresholds of a column" : $"thresholds of {name} metrics", [.. metrics.Select(metric => metric == "pearsons_chi_squared_test"
            ? new Field(metric, Number(), "The threshold.") { Aliases = ["chi_squared_test"] }
            : F(metric, Number(), "The threshold."))]),
        "Thresholds.");

    [GeneratedRegex(@"\A[^@\s]+@[^@\s]+\z")]
    private static partial Regex Email();
}
