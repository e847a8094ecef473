using System.Text.RegularExpressions;
using static Slipway.Jobs.Definitions.Schema.Shapes;

namespace Slipway.Jobs.Definitions.Schema;

/// <summary>The objects inside of AutoML jobs.</summary>
internal static partial class AutoMLParts
{
    private static readonly ChoiceShape s_learner = new(
        "logistic_regression", "sgd", "multinomial_naive_bayes", "bernoulli_naive_bayes", "svm", "linear_svm", "knn", "decision_tree",
        "random_forest", "extreme_random_trees", "light_gbm", "gradient_boosting", "xgboost_classifier", "elastic_net", "lasso_lars",
        "xgboost_regressor", "averaged_perceptron_classifier", "auto_arima", "prophet", "naive", "seasonal_naive", "average", "seasonal_average", "exponential_smoothing",
        "arimax", "tcn_forecaster");

    private static readonly Field s_columns = F("fields", TextList, "The columns; all when absent.");

    private static readonly ObjectShape s_transformer = Object(
        "parameters of a transformer",
        s_columns,
        F("parameters", Map(Any), "What the transformer takes."));

    private static readonly ObjectShape s_imputer = Object(
        "parameters of a transformer",
        s_columns,
        F(
            "parameters",
            new ObjectShape("what the imputer takes", [
                F("strategy", Choice("mean", "median", "most_frequent", "constant", "ffill"), "What stands in for what is missing."),
                F("fill_value", Text, "What stands there with the strategy constant.")])
            { Unknown = UnknownKeys.TyposRefused },
            "What it takes."));

    private static readonly ObjectShape s_transformers = new("parameters of transformers", [
        new Field("imputer", OneOrMore(s_imputer), "What fills in for missing values.") { Aliases = ["Imputer"] },
        .. new[]
        {
            ("cat_imputer", "CatImputer"), ("cat_target_encoder", "CatTargetEncoder"), ("count_vectorizer", "CountVectorizer"), ("date_time_transformer", "DateTimeTransformer"),
            ("hash_one_hot_encoder", "HashOneHotEncoder"), ("imputation_marker", "ImputationMarker"), ("label_encoder", "LabelEncoder"), ("naive_bayes", "NaiveBayes"),
            ("one_hot_encoder", "OneHotEncoder"), ("string_cast", "StringCast"), ("text_target_encoder", "TextTargetEncoder"), ("tf_idf", "TfIdf"),
            ("wo_e_target_encoder", "WoETargetEncoder"), ("word_embedding", "WordEmbedding"),
        }.Select(name => new Field(name.Item1, OneOrMore(s_transformer), "Of Azure ML's transformer of this name.") { Aliases = [name.Item2] })])
    { Unknown = UnknownKeys.TyposRefused };

    public static ObjectShape Featurization { get; } = new("a featurization", [
        F("mode", Choice("auto", "off", "custom"), "Whether columns are transformed, and by whose rules."),
        F("blocked_transformers", TextList, "Transformers that are not used."),
        F("column_name_and_types", TextMap, "The types of columns."),
        F("transformer_params", s_transformers, "Parameters of transformers."),
        F("dataset_language", Text, "The language of texts, in three letters."),
        F("enable_dnn_featurization", Flag, "Whether texts go through a network.")])
    {
        Rules =
        [
            new Rule((map, path, check) =>
            {
                var custom = map.Find("transformer_params") ?? map.Find("column_name_and_types") ?? map.Find("blocked_transformers");
                if (custom is not null && map.Text("mode") is { } mode && !string.Equals(mode, "custom", StringComparison.OrdinalIgnoreCase))
                    check.Problems.Add(custom.KeyPlace, Shape.Join(path, custom.Key), $"'{custom.Key}' needs mode: custom; the mode is {mode}.");
            }),
        ],
    };

    public static ObjectShape Training { get; } = Object(
        "training settings",
        F("allowed_training_algorithms", OneOrMore(s_learner), "The only learners that are tried."),
        F("blocked_training_algorithms", OneOrMore(s_learner), "Learners that are not tried."),
        F("enable_dnn_training", Flag, "Whether networks are tried."),
        F("enable_model_explainability", Flag, "Whether the best model is explained."),
        F("enable_onnx_compatible_models", Flag, "Whether only models are tried that go into ONNX."),
        F("enable_stack_ensemble", Flag, "Whether a stacked ensemble is tried."),
        F("enable_vote_ensemble", Flag, "Whether a voting ensemble is tried."),
        new Field("ensemble_model_download_timeout", Integer(1), "Minutes to fetch the models of an ensemble.") { Aliases = ["ensemble_model_download_timeout_minutes"] },
        F("stack_ensemble_settings", Map(Any), "How models are stacked."),
        F("training_mode", Text, "How training is spread."));

    public static ObjectShape Limits(ExpressionScope scope) => new("AutoML limits", [
        F("timeout_minutes", Integer(1, null, scope), "Minutes for the search."),
        F("trial_timeout_minutes", Integer(1, null, scope), "Minutes for each trial."),
        F("max_trials", Integer(1, null, scope), "Trials in all."),
        F("max_concurrent_trials", Integer(1, null, scope), "Trials at once."),
        F("max_cores_per_trial", Integer(-1, null, scope), "Cores for each trial; -1: all."),
        F("max_nodes", Integer(1, null, scope), "Machines."),
        F("enable_early_termination", Flag, "Whether the search ends when it stops getting better."),
        F("exit_score", Number(), "The score at which the search ends.")])
    {
        Rules = [Rule.NotAbove("max_concurrent_trials", "max_trials")],
    };

    public static ObjectShape Forecasting(ExpressionScope scope) => Object(
        "forecasting settings",
        F("time_column_name", TextWith(scope), "The column of the time."),
        F("forecast_horizon", new NumberShape { IsInteger = true, Min = 1, Word = "auto", Scope = scope }, "How many steps ahead."),
        F("time_series_id_column_names", TextList, "The columns that tell series apart."),
        F("frequency", Matching(Frequency(), "a number and a unit of pandas: H, D, 15min, W-THU"), "The step between two times (H, D, W-THU)."),
        F("target_lags", OneOrMore(new NumberShape { IsInteger = true, Min = 1, Word = "auto", Scope = scope }), "Steps back that are features."),
        F("target_rolling_window_size", new NumberShape { IsInteger = true, Min = 1, Word = "auto", Scope = scope }, "Steps of the rolling window."),
        F("country_or_region_for_holidays", Text, "Whose holidays are features."),
        F("cv_step_size", new NumberShape { IsInteger = true, Min = 1, Word = "auto" }, "Steps between two folds."),
        F("feature_lags", Text, "auto: features of the past are features."),
        F("seasonality", new NumberShape { IsInteger = true, Min = 1, Word = "auto" }, "Steps of a season."),
        F("short_series_handling_config", Choice("auto", "pad", "drop", "none"), "What happens to short series."),
        F("use_stl", Choice("season", "season_trend", "none"), "Which parts of a decomposition are features."),
        F("target_aggregate_function", Choice("sum", "max", "min", "mean"), "How finer times are put together."),
        F("features_unknown_at_forecast_time", TextList, "Columns that are not known ahead."));

    [GeneratedRegex(@"\A[0-9]*[A-Za-z]+(-[A-Za-z]{3})?\z")]
    private static partial Regex Frequency();
}
