using System.Globalization;
using Slipway.Engines.XGBoost;
using Slipway.Statistics.Search;
using Slipway.Training.Trees;

namespace Slipway.Training.Automl.Learning;

/// <summary>Trees by XGBoost: boosted, as a forest, or a single one.</summary>
internal sealed class BoostedLearner : ILearner
{
    private const string Seed = "7";

    private readonly IReadOnlyList<Parameter> _searched;
    private readonly IReadOnlyList<(string Name, string Value)> _fixed;

    private BoostedLearner(string name, IReadOnlyList<Parameter> searched, params (string Name, string Value)[] same)
    {
        (Name, _searched, _fixed) = (name, searched, same);
        Space = new SearchSpace([.. searched.Select(parameter => new Dimension(
            parameter.Name, Distribution.Uniform(parameter.Least, parameter.Greatest, parameter.IsWhole && !parameter.IsLog ? 1 : null)))]);
        Usual = [.. searched.Select(parameter => parameter.Usual)];
    }

    public string Name { get; }

    public SearchSpace Space { get; }

    public IReadOnlyList<double> Usual { get; }

    /// <summary>With what XGBoost has beside plain boosting: penalties on leaves, samples of rows and columns.</summary>
    public static BoostedLearner Xgboost(string name) => new(name, [
        new("n_estimators", 1.3, 2.7, 2, IsWhole: true, IsLog: true),
        new("eta", -2, -0.3, -1, IsLog: true),
        new("max_depth", 2, 10, 6, IsWhole: true),
        new("min_child_weight", 0, 1.3, 0, IsLog: true),
        new("subsample", 0.5, 1, 1),
        new("colsample_bytree", 0.4, 1, 1),
        new("reg_lambda", -3, 2, 0, IsLog: true),
        new("reg_alpha", -3, 1, -3, IsLog: true)]);

    /// <summary>Friedman's: every row and column for every tree, and no penalty on leaves.</summary>
    public static BoostedLearner GradientBoosting { get; } = new(
        "gradient_boosting",
        [
            new("n_estimators", 1.3, 2.7, 2, IsWhole: true, IsLog: true),
            new("eta", -2, -0.3, -1, IsLog: true),
            new("max_depth", 2, 8, 3, IsWhole: true),
            new("min_child_weight", 0, 1.3, 0, IsLog: true),
            new("subsample", 0.5, 1, 1),
        ],
        ("reg_lambda", "0"));

    public static BoostedLearner RandomForest { get; } = new(
        "random_forest",
        [
            new("max_depth", 4, 16, 12, IsWhole: true),
            new("min_child_weight", 0, 1.3, 0, IsLog: true),
            new("colsample_bynode", 0.2, 1, 0.5),
        ],
        ("n_estimators", "1"), ("num_parallel_tree", "100"), ("subsample", "0.632"), ("eta", "1"), ("reg_lambda", "0.000001"));

    public static BoostedLearner DecisionTree { get; } = new(
        "decision_tree",
        [new("max_depth", 2, 12, 6, IsWhole: true), new("min_child_weight", 0, 1.3, 0.5, IsLog: true)],
        ("n_estimators", "1"), ("eta", "1"), ("reg_lambda", "0.000001"));

    public IReadOnlyDictionary<string, string> Describe(IReadOnlyList<double> point) => _searched
        .Zip(point, (parameter, value) => (parameter.Name, Value: parameter.Text(value)))
        .Concat(_fixed)
        .ToDictionary(pair => pair.Name, pair => pair.Value);

    public FittedModel Fit(LearningSet set, IReadOnlyList<double> point, int threads, CancellationToken ct)
    {
        using var matrix = set.Features.Matrix(threads);
        matrix.SetLabel(Array.ConvertAll(set.Target, target => (float)target));
        if (set.Weights.Length > 0)
            matrix.SetWeight(set.Weights);

        var described = Describe(point);
        var objective = XgbObjective.Parse(set.Classes switch { 0 => "reg:squarederror", 2 => "binary:logistic", _ => "multi:softprob" });
        var rounds = int.Parse(described["n_estimators"], CultureInfo.InvariantCulture);
        var trained = XgbTrainer.Train(Parameters(described, objective, set, threads), matrix, [], new XgbSchedule(rounds), null, ct);
        return new BoostedModel(trained.Booster, objective, threads);
    }

    private static IEnumerable<KeyValuePair<string, string>> Parameters(
        IReadOnlyDictionary<string, string> described, XgbObjective objective, LearningSet set, int threads)
    {
        var parameters = new Dictionary<string, string>(described.Where(pair => pair.Key != "n_estimators"))
        {
            ["objective"] = objective.Name,
            ["tree_method"] = "hist",
            ["seed"] = Seed,
            ["nthread"] = threads.ToString(CultureInfo.InvariantCulture),
        };
        if (set.Classes > 2)
            parameters["num_class"] = set.Classes.ToString(CultureInfo.InvariantCulture);

        // Learning begins where most of the way to a number is done already.
        if (set.Classes == 0)
            parameters["base_score"] = ((float)set.Target.Average()).ToString("R", CultureInfo.InvariantCulture);
        return parameters;
    }

    private sealed record Parameter(string Name, double Least, double Greatest, double Usual, bool IsWhole = false, bool IsLog = false)
    {
        // Powers of ten are searched by their exponents.
        public string Text(double place)
        {
            var value = IsLog ? Math.Pow(10, place) : place;
            return (IsWhole ? Math.Round(value) : value).ToString(IsWhole ? "0" : "g5", CultureInfo.InvariantCulture);
        }
    }
}
