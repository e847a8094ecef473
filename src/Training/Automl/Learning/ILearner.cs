using Slipway.Statistics.Search;

namespace Slipway.Training.Automl.Learning;

/// <summary>A way to learn, with the parameters that are searched.</summary>
internal interface ILearner
{
    /// <summary>As Azure ML calls it.</summary>
    string Name { get; }

    SearchSpace Space { get; }

    /// <summary>What is tried first.</summary>
    IReadOnlyList<double> Usual { get; }

    /// <summary>A point of the space in the learner's own words.</summary>
    IReadOnlyDictionary<string, string> Describe(IReadOnlyList<double> point);

    /// <param name="threads">How many it may use.</param>
    FittedModel Fit(LearningSet set, IReadOnlyList<double> point, int threads, CancellationToken ct);
}
