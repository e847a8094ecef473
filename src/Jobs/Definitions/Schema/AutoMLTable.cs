using static Slipway.Jobs.Definitions.Schema.Shapes;

namespace Slipway.Jobs.Definitions.Schema;

/// <summary>AutoML jobs and steps: tables in full, images and text by name.</summary>
internal static class AutoMLTable
{
    private const ExpressionScope Data =
        ExpressionScope.Own | ExpressionScope.ParentInputs | ExpressionScope.Siblings;

    private static readonly string[] s_tabular = ["classification", "regression", "forecasting"];

    private static readonly string[] s_otherTasks =
    [
        "image_classification", "image_classification_multilabel", "image_object_detection", "image_instance_segmentation",
        "text_classification", "text_classification_multilabel", "text_ner",
    ];

    private static readonly string[] s_classification =
        ["accuracy", "AUC_weighted", "average_precision_score_weighted", "norm_macro_recall", "precision_score_weighted"];

    private static readonly string[] s_regression =
        ["spearman_correlation", "normalized_root_mean_squared_error", "r2_score", "normalized_mean_absolute_error"];

    private static readonly string[] s_otherMetrics = ["iou", "mean_average_precision"];

    private static readonly Shape s_searched = Map(new EitherShape(Text, SweepTable.Space, TextList));

    private static readonly Rule s_metricOfTask = new((map, path, check) =>
    {
        var known = map.Text("task")?.ToUpperInvariant() switch
        {
            "CLASSIFICATION" => s_classification,
            "REGRESSION" or "FORECASTING" => s_regression,
            _ => null,
        };
        if (known is not null && map.Text("primary_metric") is { } metric && new ChoiceShape(known).Find(metric) is null)
            check.Refuse(map["primary_metric"]!, Shape.Join(path, "primary_metric"), $"'{metric}' does not measure {map.Text("task")}; expected one of {string.Join(", ", known)}.");
        if (known is not null && map["target_column_name"] is null)
            check.Refuse(map, Shape.Join(path, "target_column_name"), "This field is required and missing; expected the column to predict.");
        if (map.Text("task")?.ToUpperInvariant() == "FORECASTING" && map.Map("forecasting")?["time_column_name"] is null)
            check.Refuse(map["forecasting"] ?? map, Shape.Join(path, "forecasting.time_column_name"), "This field is required and missing; expected the column of the time.");
    });

    public static KindTable Kind { get; } = new("automl", Fields)
    {
        Required = ["task", "training_data"],
        Rules = [s_metricOfTask, Rule.AtMostOne("validation_data", "validation_data_size", "n_cross_validations"), Rule.AtMostOne("test_data", "test_data_size")],
        IsComponent = false,
        HasOwnLimits = true,
    };

    private static IReadOnlyList<Field> Fields(ExpressionScope scope) =>
    [
        F("task", Choice([.. s_tabular, .. s_otherTasks]), "What is learned."),
        F("primary_metric", Choice([.. s_classification, .. s_regression, .. s_otherMetrics]), "What is optimised."),
        F("training_data", DataInput(), "The table that is learned from."),
        F("validation_data", DataInput(), "The table that models are compared on."),
        F("test_data", DataInput(), "The table that the best model is tested on."),
        F("target_column_name", TextWith(scope), "The column to predict."),
        F("validation_data_size", Share(), "The share of the training data that models are compared on."),
        F("test_data_size", Share(), "The share of the training data that the best model is tested on."),
        F("n_cross_validations", new NumberShape { IsInteger = true, Min = 2, Word = "auto", Scope = scope }, "Folds."),
        F("cv_split_column_names", TextList, "Columns that say the folds."),
        F("weight_column_name", Text, "The column of weights."),
        F("positive_label", Text, "The positive class."),
        F("log_verbosity", Choice("not_set", "debug", "info", "warning", "error", "critical"), "What is logged."),
        F("limits", AutoMLParts.Limits(scope), "When the search ends."),
        F("featurization", AutoMLParts.Featurization, "How columns become features."),
        F("training", AutoMLParts.Training, "Which learners are tried."),
        F("forecasting", AutoMLParts.Forecasting(scope), "The time series."),
        F("search_space", new EitherShape(null, s_searched, List(s_searched)), "Models and their parameters (images and text)."),
        F(
            "sweep",
            Object("a model sweep", SweepTable.SamplingAlgorithm, SweepTable.EarlyTermination),
            "How the search space is searched (images and text)."),
        F("training_parameters", Map(Any), "Parameters for all models (images and text)."),
        F("environment_variables", TextMap, "Variables for the process, as written."),
    ];

    private static EitherShape DataInput() => new(
        Reference(ReferenceUse.Data, Data),
        Object(
            "an input table",
            F("type", Choice("mltable", "uri_folder", "uri_file"), "The type of the input."),
            F("path", Reference(ReferenceUse.Data, Data), "Where the content is."),
            F("mode", Choice("ro_mount", "download", "direct", "eval_mount", "eval_download"), "How the content is brought to the process.")));

    private static NumberShape Share() => new() { Min = 0, Max = 1, IsOpen = true };
}
