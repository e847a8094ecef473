using Slipway.Tracking.Contracts;
using Slipway.Training.Automl.Learning;

namespace Slipway.Training.Automl.Search;

/// <summary>A learner and the parameters that it is tried with.</summary>
internal sealed record Trial(int Number, ILearner Learner, IReadOnlyList<double> Point);

/// <summary>What came of a trial.</summary>
/// <param name="Status">Finished; Killed when its time was up; Failed.</param>
/// <param name="Scores">Means over the folds; empty unless it finished.</param>
internal sealed record TrialResult(Trial Trial, RunStatus Status, IReadOnlyDictionary<string, double> Scores, string? Message, TimeSpan Took)
{
    /// <summary>NaN for a trial that came to nothing.</summary>
    public double ValueOf(PrimaryMetric metric) => Scores.GetValueOrDefault(metric.Name, double.NaN);
}
