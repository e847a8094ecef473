using Slipway.Statistics.Search;
using Xunit;

namespace Slipway.Unit.Statistics;

public sealed class TerminationPolicyTests
{
    // Azure ML's example: the best at interval 10 has 0.8; with a slack factor of 0.2 what is below 0.8 / 1.2 is ended.
    [Theory]
    [InlineData(0.66, true)]
    [InlineData(0.67, false)]
    public void A_bandit_ends_what_is_too_far_behind(double value, bool ended)
    {
        var policy = new BanditPolicy { SlackFactor = 0.2 };

        Assert.Equal(ended, policy.Judge(Runs(0.1, value), [Runs(0.3, 0.8), Runs(0.2, 0.5)], 2, Goal.Maximize) is not null);
    }

    [Theory]
    [InlineData(Goal.Minimize, 1.2, false)]
    [InlineData(Goal.Minimize, 1.31, true)]
    [InlineData(Goal.Maximize, 0.8, false)]
    [InlineData(Goal.Maximize, 0.69, true)]
    public void A_bandit_may_allow_an_amount(Goal goal, double value, bool ended) =>
        Assert.Equal(ended, new BanditPolicy { SlackAmount = 0.3 }.Judge(Runs(value), [Runs(1)], 1, goal) is not null);

    [Fact]
    public void A_bandit_never_ends_the_best_whatever_the_sign()
    {
        var policy = new BanditPolicy { SlackFactor = 0.5 };

        Assert.Null(policy.Judge(Runs(-1), [Runs(-1), Runs(-2)], 1, Goal.Maximize));
        Assert.Null(policy.Judge(Runs(-2), [Runs(-1), Runs(-2)], 1, Goal.Minimize));
        Assert.NotNull(policy.Judge(Runs(-2), [Runs(-1)], 1, Goal.Maximize));
        Assert.NotNull(policy.Judge(Runs(double.NaN), [Runs(1)], 1, Goal.Maximize));
    }

    [Fact]
    public void A_trial_is_compared_with_the_others_at_the_same_interval() =>
        Assert.Null(new BanditPolicy { SlackAmount = 0.1 }.Judge(Runs(0.2), [Runs(0.2, 0.9)], 1, Goal.Maximize));

    [Fact]
    public void Median_stopping_ends_what_is_below_the_median_of_the_averages()
    {
        var policy = new MedianStoppingPolicy();
        TrialCurve[] others = [Runs(0.1, 0.3), Runs(0.4, 0.6), Runs(0.8, 1.0), Runs(0.9)];

        Assert.NotNull(policy.Judge(Runs(0.2, 0.45), others, 2, Goal.Maximize));
        Assert.Null(policy.Judge(Runs(0.51, 0.1), others, 2, Goal.Maximize));
        Assert.NotNull(policy.Judge(Runs(0.51, 0.55), others, 2, Goal.Minimize));
        Assert.Null(policy.Judge(Runs(0.2), [Runs()], 1, Goal.Maximize));
    }

    [Fact]
    public void Truncation_ends_the_worst_share_with_or_without_what_is_over()
    {
        var policy = new TruncationPolicy { Percentage = 40 };
        TrialCurve[] others = [Runs(0.9), Runs(0.8), Runs(0.7), Runs(0.6) with { IsFinished = true }];

        Assert.NotNull(policy.Judge(Runs(0.5), others, 1, Goal.Maximize));
        Assert.NotNull(policy.Judge(Runs(0.65), others, 1, Goal.Maximize));
        Assert.Null(policy.Judge(Runs(0.75), others, 1, Goal.Maximize));
        Assert.Null((policy with { Percentage = 20, ExcludeFinished = true }).Judge(Runs(0.65), others, 1, Goal.Maximize));
    }

    [Theory]
    [InlineData(1, 0, 3, 3)]
    [InlineData(2, 0, 5, 4)]
    [InlineData(2, 5, 5, 0)]
    [InlineData(2, 5, 6, 6)]
    [InlineData(1, 0, 0, 0)]
    public void Decisions_are_due_at_multiples_of_the_interval_after_the_delay(int interval, int delay, int logged, int due) =>
        Assert.Equal(due, new MedianStoppingPolicy { Interval = interval, Delay = delay }.DueAt(logged));

    private static TrialCurve Runs(params double[] values) => new(values, IsFinished: false);
}
