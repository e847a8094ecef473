using Slipway.Statistics.Sequential;

namespace Slipway.Serving.Rollouts;

/// <summary>What the findings on a step come to.</summary>
internal enum Outcome
{
    Wait,
    Advance,
    RollBack,
    Inconclusive,
}

/// <summary>Judges a step by its findings.</summary>
internal sealed record RolloutJudge(Outcome Outcome, string Reason)
{
    /// <summary>Errors and latency, by what was counted.</summary>
    public static IEnumerable<Finding> Counted(Rollout rollout)
    {
        var (criteria, risk) = (rollout.Definition.Criteria, rollout.Definition.RiskOfEach);
        var (candidate, baseline) = (rollout.State.Candidate, rollout.State.Baseline);
        if (criteria.ErrorRate?.Maximum is { } most)
        {
            yield return Finding.Of(
                "error_rate", candidate.Requests, Rate(candidate.Errors, candidate.Requests),
                RateSequence.Of(candidate.Errors, candidate.Requests, risk), most);
        }

        if (criteria.ErrorRate?.MaximumIncrease is { } increase && rollout.Current.HasBaseline)
        {
            yield return Finding.Of(
                "error_rate_increase",
                Math.Min(candidate.Requests, baseline.Requests),
                Rate(candidate.Errors, candidate.Requests) - Rate(baseline.Errors, baseline.Requests),
                RateSequence.Of(candidate.Errors, candidate.Requests, risk / 2) - RateSequence.Of(baseline.Errors, baseline.Requests, risk / 2),
                increase);
        }

        if (criteria.Latency is { } latency)
        {
            yield return Finding.Of(
                "latency", candidate.Answered, Rate(candidate.Slow, candidate.Answered),
                RateSequence.Of(candidate.Slow, candidate.Answered, risk), (100 - latency.Percentile) / 100);
        }
    }

    public static RolloutJudge Of(Rollout rollout, IReadOnlyList<Finding> findings, DateTimeOffset now)
    {
        var (step, age) = (rollout.Current, now - rollout.StepStartedAt);
        var broken = findings.Where(finding => finding.Verdict == "broken").ToList();
        if (broken.Count > 0)
            return new RolloutJudge(Outcome.RollBack, Tell(broken));
        var open = findings.Where(finding => finding.Verdict == "open").ToList();
        var seen = rollout.State.Candidate.Requests;
        if (open.Count == 0 && seen >= step.LeastSamples && age >= step.LeastTime)
            return new RolloutJudge(Outcome.Advance, findings.Count == 0 ? $"{seen} requests went by" : Tell(findings));
        var wants = seen < step.LeastSamples ? $"{seen} of at least {step.LeastSamples} requests seen"
            : open.Count > 0 ? $"still open: {Tell(open)}"
            : $"the step lasts at least {step.LeastTimeText}";
        return new RolloutJudge(age >= step.TimeLimit ? Outcome.Inconclusive : Outcome.Wait, wants);
    }

    private static string Tell(IEnumerable<Finding> findings) => string.Join("; ", findings);

    private static double Rate(long events, long trials) => trials == 0 ? double.NaN : (double)events / trials;
}
