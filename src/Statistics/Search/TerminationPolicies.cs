namespace Slipway.Statistics.Search;

/// <summary>What a search wants of its metric.</summary>
public enum Goal
{
    Minimize,
    Maximize,
}

/// <summary>A trial as its metric tells it.</summary>
/// <param name="Values">In the order in which they were logged.</param>
public sealed record TrialCurve(IReadOnlyList<double> Values, bool IsFinished)
{
    /// <summary>The best of the first so many values; null when there is none.</summary>
    public double? Best(Goal goal, int first = int.MaxValue)
    {
        var seen = Values.Take(first).Where(value => !double.IsNaN(value)).ToList();
        return seen.Count == 0 ? null : goal == Goal.Maximize ? seen.Max() : seen.Min();
    }
}

/// <summary>Decides whether a trial that runs is worth going on with.</summary>
public abstract record TerminationPolicy
{
    /// <summary>So many logged values lie between two decisions.</summary>
    public int Interval { get; init; } = 1;

    /// <summary>So many values are logged before the first decision.</summary>
    public int Delay { get; init; }

    /// <summary>The last decision that is due when so many values are logged; 0: none.</summary>
    public int DueAt(int logged) => logged - (logged % Interval) is var due && due >= Math.Max(Delay, 1) ? due : 0;

    /// <summary>Why the trial should end, in a sentence; null: it may go on.</summary>
    /// <param name="at">A number of logged values that is due.</param>
    public abstract string? Judge(TrialCurve trial, IReadOnlyList<TrialCurve> others, int at, Goal goal);

    private protected static bool IsWorse(double one, double other, Goal goal) => goal == Goal.Maximize ? one < other : one > other;

    private protected static string Tell(double value) => value.ToString("G6", System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>Ends what is too far behind the best.</summary>
public sealed record BanditPolicy : TerminationPolicy
{
    /// <summary>As a ratio to the best; exclusive with <see cref="SlackAmount"/>.</summary>
    public double? SlackFactor { get; init; }

    public double? SlackAmount { get; init; }

    public override string? Judge(TrialCurve trial, IReadOnlyList<TrialCurve> others, int at, Goal goal)
    {
        var best = others.Select(other => other.Best(goal, at)).OfType<double>().Order().ToList();
        if (best.Count == 0)
            return null;

        var leader = goal == Goal.Maximize ? best[^1] : best[0];
        var limit = goal == Goal.Maximize ? leader - Slack(leader, goal) : leader + Slack(leader, goal);
        return trial.Best(goal, at) is { } own && !IsWorse(own, limit, goal)
            ? null
            : $"after {at} values its best is {Show(trial, goal, at)}, and the best trial's {Tell(leader)}; the bandit policy allows {Tell(limit)}.";
    }

    // best/(1+factor) and best*(1+factor), told as a distance: the signs of metrics differ.
    private double Slack(double leader, Goal goal) =>
        SlackAmount ?? (Math.Abs(leader) * SlackFactor!.Value / (goal == Goal.Maximize ? 1 + SlackFactor.Value : 1));

    private static string Show(TrialCurve trial, Goal goal, int at) => trial.Best(goal, at) is { } own ? Tell(own) : "not a number";
}

/// <summary>Ends what is worse at its best than the others are on average.</summary>
public sealed record MedianStoppingPolicy : TerminationPolicy
{
    public override string? Judge(TrialCurve trial, IReadOnlyList<TrialCurve> others, int at, Goal goal)
    {
        var averages = others
            .Where(other => other.Values.Count >= at || (other.IsFinished && other.Values.Count > 0))
            .Select(other => other.Values.Take(at).Average())
            .Where(double.IsFinite)
            .Order()
            .ToList();
        if (averages.Count == 0)
            return null;

        var median = (averages[(averages.Count - 1) / 2] + averages[averages.Count / 2]) / 2;
        return trial.Best(goal, at) is { } own && !IsWorse(own, median, goal)
            ? null
            : $"after {at} values its best is worse than {Tell(median)}, the median of the other trials' averages (median stopping).";
    }
}

/// <summary>Ends the worst share of the trials.</summary>
public sealed record TruncationPolicy : TerminationPolicy
{
    /// <summary>1 to 99.</summary>
    public required int Percentage { get; init; }

    /// <summary>Whether the share is of those that still run.</summary>
    public bool ExcludeFinished { get; init; }

    public override string? Judge(TrialCurve trial, IReadOnlyList<TrialCurve> others, int at, Goal goal)
    {
        var compared = others
            .Where(other => other.IsFinished ? !ExcludeFinished && other.Values.Count > 0 : other.Values.Count >= at)
            .Select(other => other.Best(goal, at))
            .ToList();
        var own = trial.Best(goal, at);
        var worse = compared.Count(other => other is null || (own is { } mine && IsWorse(other.Value, mine, goal)));
        var ended = (compared.Count + 1) * Percentage / 100;
        return worse >= ended
            ? null
            : $"after {at} values it is among the worst {Percentage} % of {compared.Count + 1} trials (truncation selection).";
    }
}
