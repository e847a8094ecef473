using System.Globalization;
using Slipway.Statistics.Linear;
using Slipway.Statistics.Search;

namespace Slipway.Training.Automl.Learning;

/// <summary><c>logistic_regression</c>: of any number of classes, with a penalty on the squares of the weights.</summary>
internal sealed class LogisticLearner : ILearner
{
    public string Name => "logistic_regression";

    public SearchSpace Space { get; } = new([new Dimension("log10_C", Distribution.Uniform(-4, 3))]);

    public IReadOnlyList<double> Usual => [0];

    public IReadOnlyDictionary<string, string> Describe(IReadOnlyList<double> point) =>
        new Dictionary<string, string> { ["C"] = Math.Pow(10, point[0]).ToString("g6", CultureInfo.InvariantCulture) };

    public FittedModel Fit(LearningSet set, IReadOnlyList<double> point, int threads, CancellationToken ct)
    {
        var scale = Standardization.Fit(set.Features);
        var weights = LogisticRegression.Fit(
            scale.Apply(set.Features), Array.ConvertAll(set.Target, target => (int)target), Array.ConvertAll(set.Weights, weight => (double)weight),
            set.Classes, Math.Pow(10, point[0]), ct);
        return new LinearModel(scale, weights, set.Classes);
    }
}

/// <summary><c>elastic_net</c>: least squares with a penalty between ridge and lasso, in units of the target's deviation.</summary>
internal sealed class ElasticNetLearner : ILearner
{
    public string Name => "elastic_net";

    public SearchSpace Space { get; } = new(
        [new Dimension("log10_alpha", Distribution.Uniform(-5, 0)), new Dimension("l1_ratio", Distribution.Uniform(0, 1))]);

    public IReadOnlyList<double> Usual => [-3, 0.5];

    public IReadOnlyDictionary<string, string> Describe(IReadOnlyList<double> point) => new Dictionary<string, string>
    {
        ["alpha"] = Math.Pow(10, point[0]).ToString("g6", CultureInfo.InvariantCulture),
        ["l1_ratio"] = point[1].ToString("g6", CultureInfo.InvariantCulture),
    };

    public FittedModel Fit(LearningSet set, IReadOnlyList<double> point, int threads, CancellationToken ct)
    {
        var scale = Standardization.Fit(set.Features);
        var mean = set.Target.Average();
        var deviation = Math.Sqrt(set.Target.Average(target => (target - mean) * (target - mean)));
        var weights = ElasticNet.Fit(
            scale.Apply(set.Features), set.Target, Array.ConvertAll(set.Weights, weight => (double)weight),
            Math.Pow(10, point[0]) * (deviation > 0 ? deviation : 1), point[1], ct);
        return new LinearModel(scale, weights, 0);
    }
}
