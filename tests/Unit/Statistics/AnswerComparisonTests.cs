using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Slipway.Statistics.Drift;
using Slipway.Statistics.Profiles;
using Xunit;
using static Slipway.Unit.Statistics.AnswerParts;

namespace Slipway.Unit.Statistics;

/// <summary>Two profiles against the rows that they were made of: every figure lies within the bounds that are stated.</summary>
public sealed class AnswerComparisonTests
{
    private static readonly Config s_config = Config.QuickThrowOnFailure.WithMaxTest(60);

    [Fact]
    public void Statistics_of_bins_are_those_of_the_rows_counted_between_the_same_edges() => Prop.ForAll(WindowPairs, windows =>
    {
        var pair = new AnswerPair(Column(windows.Reference), Column(windows.Current));

        var binned = pair.Binned;

        Assert.Equal(Counted(binned.Reference, windows.Reference), binned.Reference.Counts.ToArray());
        Assert.Equal(Counted(binned.Reference, windows.Current), binned.Current);
        foreach (var statistic in DriftStatistics.All.OfType<IBinnedStatistic>().Where(statistic => statistic.Suits(FeatureType.Numeric)))
        {
            var exact = statistic.Measure(Counted(binned.Reference, windows.Reference), Counted(binned.Reference, windows.Current));
            Assert.Equal(Bounded.Exact(exact), pair.Measure(statistic));
        }
    }).Check(s_config);

    [Fact]
    public void Statistics_of_values_lie_within_the_bounds_that_are_stated() => Prop.ForAll(WindowPairs, windows =>
    {
        var pair = new AnswerPair(Column(windows.Reference), Column(windows.Current));
        var numbers = new NumberPair(windows.Reference.ToArray(), windows.Current.ToArray());

        foreach (var statistic in DriftStatistics.All.OfType<ICellStatistic>())
        {
            var exact = ((ISampleStatistic)statistic).Measure(numbers.Reference, numbers.Current);
            var bounded = pair.Measure(statistic);
            var slack = 1e-9 * Math.Max(1, Math.Abs(exact));
            if (double.IsNaN(exact))
                Assert.True(double.IsNaN(bounded.Value));
            else
                Assert.InRange(exact, bounded.Low - slack, bounded.High + slack);
            Assert.True(double.IsNaN(exact) || (bounded.Value >= bounded.Low - slack && bounded.Value <= bounded.High + slack));
        }
    }).Check(s_config);

    [Fact]
    public void Rows_out_of_bounds_lie_within_the_bounds_that_are_stated() => Prop.ForAll(WindowPairs, windows =>
    {
        var (outside, unseen) = new AnswerPair(Column(windows.Reference), Column(windows.Current)).Quality();

        Assert.InRange(new NumberPair(windows.Reference.ToArray(), windows.Current.ToArray()).OutOfBounds(), outside.Least, outside.Most);
        Assert.Equal(default, unseen);
    }).Check(s_config);

    [Fact]
    public void Small_whole_numbers_are_compared_without_any_error()
    {
        double[] before = [.. Enumerable.Range(0, 5000).Select(i => (double)(i % 24))], now = [.. Enumerable.Range(0, 3000).Select(i => (double)(i * i % 24))];
        var pair = new AnswerPair(Column(before), Column(now));
        var numbers = new NumberPair(before.ToArray(), now.ToArray());

        foreach (var statistic in DriftStatistics.All.OfType<ICellStatistic>())
        {
            var bounded = pair.Measure(statistic);
            Assert.True(bounded.IsExact);
            Assert.Equal(((ISampleStatistic)statistic).Measure(numbers.Reference, numbers.Current), bounded.Value, 1e-12);
        }
    }

    [Fact]
    public void Smooth_numbers_are_compared_to_within_a_few_hundredths()
    {
        var random = new Random(3);
        double[] before = [.. Enumerable.Range(0, 20_000).Select(_ => 100 + Normal(random))], now = [.. Enumerable.Range(0, 20_000).Select(_ => 100.5 + Normal(random))];

        var distance = new AnswerPair(Column(before), Column(now)).Measure(DriftStatistics.ByName.Get("drift statistic", "normalized_wasserstein_distance"));

        Assert.InRange(distance.High - distance.Low, 0, 0.07);
        Assert.InRange(distance.Value, 0.45, 0.55);
    }

    [Fact]
    public void Texts_are_compared_as_their_counts_are()
    {
        AnswerColumn Of(params string[] texts)
        {
            var column = new AnswerColumn("input_origin", FeatureType.Categorical, Origins);
            foreach (var text in texts)
                column.Add(Encoding.UTF8.GetBytes(text));
            column.AddNulls(1);
            return column;
        }

        var pair = new AnswerPair(Of("ATL", "ATL", "JFK", "ORD"), Of("ATL", "ORD", "new", "new"));

        Assert.Equal(["ATL", "JFK", "ORD"], pair.Binned.Reference.Categories.Order());
        Assert.Equal(2, pair.Binned.Current[^2]);
        Assert.Equal((new QualityBound(2, 2), new QualityBound(2, 2)), pair.Quality());
        Assert.True(pair.Measure(DriftStatistics.ByName.Get("drift statistic", "jensen_shannon_distance")).IsExact);
    }

    private static long[] Counted(FeatureProfile bins, double[] values)
    {
        var counts = new long[bins.BinCount];
        foreach (var value in values)
            counts[bins.BinOf(value)]++;
        return counts;
    }
}
