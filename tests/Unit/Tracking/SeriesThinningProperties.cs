using FsCheck;
using FsCheck.Fluent;
using Slipway.Tracking.Metrics;
using Xunit;

namespace Slipway.Unit.Tracking;

public sealed class SeriesThinningProperties
{
    [Fact]
    public void Of_any_series_the_extremes_the_ends_and_NaN_are_kept_in_their_order_within_the_limit() =>
        Prop.ForAll(Series(), Gen.Choose(5, 60).ToArbitrary(), (values, most) =>
        {
            var points = values.Select((value, i) => StoredPoint.Of(1, value, i, i)).ToArray();
            var thinning = new SeriesThinning(points.Length, most);
            foreach (var point in points)
                thinning.Add(point);
            var kept = thinning.Finish();

            var numbers = points.Where(point => !point.IsNaN).Select(point => point.Value).ToArray();
            Assert.True(kept.Count <= most);
            Assert.Equal(kept.Select(point => point.Time).Order().Distinct(), kept.Select(point => point.Time));
            Assert.All(kept, point => Assert.Equal(points[point.Time], point));
            Assert.Equal((points[0], points[^1]), (kept[0], kept[^1]));
            Assert.Equal(points.Any(point => point.IsNaN), kept.Any(point => point.IsNaN));
            if (numbers.Length > 0)
            {
                Assert.Equal(numbers.Min(), kept.Where(point => !point.IsNaN).Min(point => point.Value));
                Assert.Equal(numbers.Max(), kept.Where(point => !point.IsNaN).Max(point => point.Value));
            }

            if (points.Length <= most)
                Assert.Equal(points, kept);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Points_that_come_while_the_series_is_read_do_not_break_the_limit()
    {
        var thinning = new SeriesThinning(1000, 5);
        for (var i = 0; i < 5000; i++)
            thinning.Add(StoredPoint.Of(1, i % 97, i, i));

        Assert.InRange(thinning.Finish().Count, 2, 5);
    }

    // Values that are often alike, at times NaN.
    private static Arbitrary<double[]> Series() => Gen.Choose(-20, 20)
        .Select(number => number == 20 ? double.NaN : number / 4.0)
        .NonEmptyListOf()
        .SelectMany(few => Gen.Elements(1, 3, 40).Select(times => Enumerable.Repeat(few, times).SelectMany(part => part).ToArray()))
        .ToArbitrary();
}
