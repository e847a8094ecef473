using Slipway.Kernel;

namespace Slipway.Training.Automl.Learning;

/// <summary>The learners of each task, and Azure ML's names for those that are not here.</summary>
internal static class Learners
{
    private static readonly ILearner[] s_classification =
    [
        BoostedLearner.Xgboost("xgboost_classifier"), new LogisticLearner(), BoostedLearner.GradientBoosting, BoostedLearner.RandomForest,
        BoostedLearner.DecisionTree,
    ];

    private static readonly ILearner[] s_regression =
    [
        BoostedLearner.Xgboost("xg_boost_regressor"), new ElasticNetLearner(), BoostedLearner.GradientBoosting, BoostedLearner.RandomForest,
        BoostedLearner.DecisionTree,
    ];

    private static readonly string[] s_elsewhere =
    [
        "sgd", "multinomial_naive_bayes", "bernoulli_naive_bayes", "svm", "linear_svm", "knn", "extreme_random_trees", "light_gbm",
        "lasso_lars", "auto_arima", "prophet", "naive", "seasonal_naive", "average", "seasonal_average", "exponential_smoothing",
        "arimax", "tcn_forecaster", "averaged_perceptron_classifier",
    ];

    /// <summary>Those to try, and what is to be said about those that are not.</summary>
    /// <param name="allowed">Empty: all.</param>
    public static (IReadOnlyList<ILearner> Tried, IReadOnlyList<string> Notes) Choose(
        bool classifies, IReadOnlyList<string> allowed, IReadOnlyList<string> blocked)
    {
        var known = classifies ? s_classification : s_regression;
        foreach (var name in allowed.Concat(blocked).Where(name => !IsKnown(name)))
        {
            var names = s_classification.Concat(s_regression).Select(learner => learner.Name).Concat(s_elsewhere).Distinct().ToList();
            throw SlipwayException.Invalid($"There is no training algorithm '{name}'.{Nearest.Hint(name, names)} Tried here: {Names(known)}.");
        }

        var tried = known
            .Where(learner => allowed.Count == 0 || allowed.Any(name => IsSame(name, learner.Name)))
            .Where(learner => !blocked.Any(name => IsSame(name, learner.Name)))
            .ToList();
        if (tried.Count == 0)
        {
            throw SlipwayException.Invalid(
                $"None of the allowed training algorithms ({string.Join(", ", allowed)}) is here and not blocked. Allow one of {Names(known)}.");
        }

        var missing = allowed.Where(name => !known.Any(learner => IsSame(name, learner.Name))).ToList();
        return (tried, missing.Count == 0 ? [] : [$"Not tried, because they are not here for this task: {string.Join(", ", missing)}."]);
    }

    private static bool IsKnown(string name) =>
        s_elsewhere.Any(other => IsSame(name, other)) || s_classification.Concat(s_regression).Any(learner => IsSame(name, learner.Name));

    // gradient_boosting, GradientBoosting, XGBoostClassifier: all spellings are in use.
    private static bool IsSame(string a, string b) =>
        string.Equals(a.Replace("_", "", StringComparison.Ordinal), b.Replace("_", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);

    private static string Names(IEnumerable<ILearner> learners) => string.Join(", ", learners.Select(learner => learner.Name));
}
