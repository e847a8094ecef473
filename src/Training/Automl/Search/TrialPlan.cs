using Slipway.Statistics.Search;
using Slipway.Training.Automl.Learning;

namespace Slipway.Training.Automl.Search;

/// <summary>
/// Chooses what is tried next: first each learner as it is usually set; then, of four trials, two are of the learner that has done
/// best, one of the second best, and one of all in turn. The parameters of a learner are searched by a Parzen estimator of its own.
/// </summary>
internal sealed class TrialPlan(IReadOnlyList<ILearner> learners, PrimaryMetric metric)
{
    private const int Seed = 7;
    private const int Round = 4;

    // Azure ML's: after 20 trials it waits for 10 that bring nothing.
    private const int TrialsBefore = 20;
    private const int PatienceAfter = 10;

    private readonly List<TreeParzenSampler> _samplers = [.. learners.Select((learner, at) => new TreeParzenSampler(learner.Space, (ulong)(Seed + at)))];

    /// <param name="known">What is known: trials before this one, in their order.</param>
    public Trial Next(int number, IReadOnlyList<TrialResult> known)
    {
        if (number < learners.Count)
            return new Trial(number, learners[number], learners[number].Usual);

        var learner = Choose(number - learners.Count, known);
        var own = known.Where(result => result.Trial.Learner == learner).Select(result => new Observation(result.Trial.Point, metric.Loss(result.ValueOf(metric))));
        return new Trial(number, learner, _samplers[learners.Index().First(pair => pair.Item == learner).Index].Next(number, [.. own]));
    }

    /// <summary>The first of those with the best value; null when none has one.</summary>
    public TrialResult? Best(IEnumerable<TrialResult> results) =>
        results.Where(result => !double.IsNaN(result.ValueOf(metric))).MinBy(result => metric.Loss(result.ValueOf(metric)));

    /// <summary>Why the search may end; null: it goes on.</summary>
    public string? EndsAfter(IReadOnlyList<TrialResult> known, AutomlLimits limits)
    {
        if (Best(known) is not { } best)
            return null;
        if (limits.ExitScore is { } exit && metric.Loss(best.ValueOf(metric)) <= metric.Loss(exit))
            return $"The exit_score of {exit} is reached.";
        return limits.EndsEarly && known.Count > TrialsBefore + PatienceAfter && best.Trial.Number < known.Count - PatienceAfter
            ? $"The last {PatienceAfter} trials brought nothing (enable_early_termination)."
            : null;
    }

    private ILearner Choose(int at, IReadOnlyList<TrialResult> known)
    {
        var ranked = known.Where(result => !double.IsNaN(result.ValueOf(metric))).OrderBy(result => metric.Loss(result.ValueOf(metric)))
            .Select(result => result.Trial.Learner).Distinct().Take(2).ToList();
        return (at % Round) switch
        {
            < 2 when ranked.Count > 0 => ranked[0],
            2 when ranked.Count > 1 => ranked[1],
            _ => learners[at / Round % learners.Count],
        };
    }
}
