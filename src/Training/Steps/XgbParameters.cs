using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Kernel;

namespace Slipway.Training.Steps;

/// <summary>XGBoost's parameters: the engine takes any name without a word, so a typo would go unnoticed.</summary>
internal static class XgbParameters
{
    private static readonly string[] s_known =
    [
        "alpha", "base_score", "booster", "colsample_bylevel", "colsample_bynode", "colsample_bytree", "eta", "eval_metric",
        "gamma", "grow_policy", "huber_slope", "interaction_constraints", "lambda", "learning_rate", "max_bin", "max_delta_step",
        "max_depth", "max_leaves", "min_child_weight", "min_split_loss", "monotone_constraints", "nthread", "num_class",
        "num_parallel_tree", "reg_alpha", "reg_lambda", "refresh_leaf", "sampling_method", "scale_pos_weight",
        "single_precision_histogram", "sketch_eps", "subsample", "tree_method", "tweedie_variance_power", "verbosity",
    ];

    private static readonly Dictionary<string, string> s_fields = new()
    {
        ["objective"] = "objective",
        ["seed"] = "seed",
        ["random_state"] = "seed",
        ["n_estimators"] = "rounds",
        ["num_boost_round"] = "rounds",
        ["early_stopping_rounds"] = "early_stopping",
    };

    public static IReadOnlyList<KeyValuePair<string, string>> Read(JsonObject map) =>
        [.. map.SelectMany(pair => Values(pair.Value).Select(value => KeyValuePair.Create(Checked(pair.Key), value)))];

    /// <summary>The fields' own parameters and defaults, then those of the definition, which win.</summary>
    /// <param name="classes">How many classes the label has; null for other objectives.</param>
    public static List<KeyValuePair<string, string>> Complete(XgboostFields fields, int? classes)
    {
        List<(string Name, string Value)> own =
        [
            ("objective", fields.Objective.Name),
            ("seed", fields.Seed.ToString(CultureInfo.InvariantCulture)),
            ("tree_method", "hist"),
            ("nthread", Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture)),
        ];
        if (classes is { } count)
            own.Add(("num_class", count.ToString(CultureInfo.InvariantCulture)));
        var given = fields.Params.Select(pair => pair.Key).ToHashSet(StringComparer.Ordinal);
        return [.. own.Where(pair => !given.Contains(pair.Name)).Select(pair => KeyValuePair.Create(pair.Name, pair.Value)), .. fields.Params];
    }

    private static string Checked(string name)
    {
        if (s_fields.TryGetValue(name, out var field))
            throw SlipwayException.Invalid($"'{name}' does not belong under params; write it as the step's field '{field}'.");
        return s_known.Contains(name) ? name : throw SlipwayException.Invalid(
            $"XGBoost has no parameter '{name}'.{Nearest.Hint(name, s_known)} See https://xgboost.readthedocs.io/en/stable/parameter.html.");
    }

    private static IEnumerable<string> Values(JsonNode? value) => value switch
    {
        JsonArray list => list.SelectMany(Values),
        null => [],
        _ => [value.ToString()],
    };
}
