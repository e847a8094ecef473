using Slipway.Kernel;
using Slipway.Statistics.Sequential;
using Xunit;

namespace Slipway.Unit.Statistics;

/// <summary>
/// What makes a sequence a sequence: however often one looks, the truth is never outside with more than the stated risk. Seeds are
/// fixed, and the limits are the risk and four standard deviations of so many simulations.
/// </summary>
public sealed class SequentialTests
{
    private const int Simulations = 600;
    private const int Looks = 600;
    private const double Risk = 0.1;

    // 600 · 0.1 and four standard deviations of 7.3
    private const int MostWrong = 60 + 30;

    // The mixture's edges by bisection of math.lgamma in Python 3.11:
    // log B(1+s, 1+n−s) − s log p − (n−s) log(1−p) = log(1/risk)
    [Theory]
    [InlineData(0, 10, 0.05, 0, 0.41688)]
    [InlineData(3, 100, 0.05, 0.00153, 0.12972)]
    [InlineData(50, 100, 0.05, 0.34459, 0.65541)]
    [InlineData(7, 1000, 0.01, 0.00073, 0.02548)]
    [InlineData(20, 20, 0.05, 0.73933, 1)]
    public void A_rate_lies_where_the_mixture_says(long events, long trials, double risk, double lower, double upper)
    {
        var bounds = RateSequence.Of(events, trials, risk);

        Assert.Equal(lower, bounds.Lower, 5);
        Assert.Equal(upper, bounds.Upper, 5);
    }

    [Theory]
    [InlineData(0.02)]
    [InlineData(0.3)]
    [InlineData(0.5)]
    public void Who_looks_at_a_rate_after_every_trial_is_wrong_no_more_often_than_the_risk(double rate)
    {
        var (wrong, wrongByWald) = (0, 0);
        for (var simulation = 0; simulation < Simulations; simulation++)
        {
            var random = new Random(simulation);
            var (events, isWrong, isWrongByWald) = (0, false, false);
            for (var trials = 1; trials <= Looks; trials++)
            {
                events += random.NextDouble() < rate ? 1 : 0;
                var bounds = RateSequence.Of(events, trials, Risk);
                isWrong |= rate < bounds.Lower || rate > bounds.Upper;
                isWrongByWald |= trials >= 30 && Math.Abs(events - (rate * trials)) > 1.645 * Math.Sqrt(trials * rate * (1 - rate));
            }

            wrong += isWrong ? 1 : 0;
            wrongByWald += isWrongByWald ? 1 : 0;
        }

        Assert.InRange(wrong, 0, MostWrong);
        // The usual interval of 90 % is left by nearly everybody who looks so often.
        Assert.True(wrongByWald > Simulations / 4, $"{wrongByWald}");
    }

    [Theory]
    [InlineData(0.5, 0.5)]
    [InlineData(0.05, 1)]
    [InlineData(0.9, 0.1)]
    public void Who_looks_at_a_mean_after_every_value_is_wrong_no_more_often_than_the_risk(double share, double height)
    {
        var wrong = 0;
        var mean = (share * height) - 0.2;
        for (var simulation = 0; simulation < Simulations; simulation++)
        {
            var random = new Random(simulation);
            var sequence = new MeanSequence(-1, 1, Risk);
            var isWrong = false;
            for (var i = 0; i < Looks; i++)
            {
                sequence.Add((random.NextDouble() < share ? height : 0) - 0.2);
                isWrong |= mean < sequence.Bounds.Lower || mean > sequence.Bounds.Upper;
            }

            wrong += isWrong ? 1 : 0;
        }

        Assert.InRange(wrong, 0, MostWrong);
    }

    [Fact]
    public void Who_looks_at_two_equal_distributions_again_and_again_sees_no_distance()
    {
        var wrong = 0;
        for (var simulation = 0; simulation < 100; simulation++)
        {
            var random = new Random(simulation);
            var (left, right, isWrong) = (new List<double>(), new List<double>(), false);
            for (var look = 0; look < 40; look++)
            {
                for (var i = 0; i < 20; i++)
                {
                    left.Add(random.NextDouble());
                    right.Add(random.NextDouble());
                }

                isWrong |= DistanceSequence.Of([.. left.Order()], [.. right.Order()], Risk).Bounds.Lower > 0;
            }

            wrong += isWrong ? 1 : 0;
        }

        // 100 · 0.1 and four standard deviations
        Assert.InRange(wrong, 0, 22);
    }

    [Fact]
    public void The_bounds_close_in_on_the_truth()
    {
        var random = new Random(7);
        var sequence = new MeanSequence(0, 1, 0.05);
        for (var i = 0; i < 20_000; i++)
            sequence.Add(random.NextDouble() < 0.02 ? 1 : 0);
        var rate = RateSequence.Of(400, 20_000, 0.05);

        Assert.InRange(sequence.Bounds.Lower, 0.01, 0.02);
        Assert.InRange(sequence.Bounds.Upper, 0.02, 0.03);
        Assert.InRange(rate.Lower, 0.015, 0.02);
        Assert.InRange(rate.Upper, 0.02, 0.025);
    }

    [Fact]
    public void Distributions_that_differ_are_told_apart()
    {
        double[] low = [.. Enumerable.Range(0, 2000).Select(i => i / 2000.0)];
        double[] high = [.. low.Select(value => value + 0.5)];

        var (distance, bounds) = DistanceSequence.Of(low, high, 0.05);

        Assert.Equal(0.5, distance, 3);
        Assert.InRange(bounds.Lower, 0.35, 0.5);
        Assert.InRange(bounds.Upper, 0.5, 0.65);
    }

    [Fact]
    public void Nothing_is_known_of_what_was_not_seen_and_nonsense_is_refused()
    {
        Assert.Equal(new Bounds(0, 1), RateSequence.Of(0, 0, 0.05));
        Assert.Equal(new Bounds(-1, 1), new MeanSequence(-1, 1, 0.05).Bounds);
        Assert.Equal(new Bounds(0, 1), DistanceSequence.Of([], [1], 0.05).Bounds);
        Assert.Equal(new Bounds(-0.5, 0.25), new Bounds(0, 0.5) - new Bounds(0.25, 0.5));
        Assert.Throws<SlipwayException>(() => RateSequence.Of(3, 2, 0.05));
        Assert.Throws<SlipwayException>(() => RateSequence.Of(1, 2, 0));
        Assert.Throws<SlipwayException>(() => new MeanSequence(0, 1, 0.05).Add(double.NaN));
    }
}
