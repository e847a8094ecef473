using Slipway.Tracking.Metrics;
using Xunit;

namespace Slipway.Unit.Tracking;

public sealed class StoredPointTests
{
    [Fact]
    public void The_latest_point_does_not_depend_on_the_order_of_arrival_nor_on_the_batches()
    {
        var random = new Random(7);
        double[] values = [0, 1, -1, double.NaN, double.PositiveInfinity, double.NegativeInfinity];
        for (var round = 0; round < 500; round++)
        {
            var points = Enumerable.Range(0, random.Next(1, 12))
                .Select(_ => StoredPoint.Of(1, random.GetItems(values, 1)[0], random.Next(3), random.Next(-2, 2)))
                .ToArray();
            var expected = Assert.Single(StoredPoint.LatestOf(points));

            random.Shuffle(points);
            StoredPoint? kept = null;
            for (var start = 0; start < points.Length;)
            {
                var size = random.Next(1, points.Length - start + 1);
                var latest = StoredPoint.LatestOf(points.AsSpan(start, size))[0];
                if (kept is null || latest.IsLaterThan(kept.Value))
                    kept = latest;
                start += size;
            }

            Assert.Equal(expected, kept);
        }
    }

    [Fact]
    public void The_greatest_step_wins_then_the_time_then_the_value_where_NaN_is_0()
    {
        var oldest = StoredPoint.Of(1, 9, 100, 0);
        var later = StoredPoint.Of(1, 1, 5, 1);
        var latest = StoredPoint.Of(1, double.NaN, 6, 1);
        var greater = StoredPoint.Of(1, 0.5, 6, 1);

        Assert.True(later.IsLaterThan(oldest));
        Assert.True(latest.IsLaterThan(later));
        Assert.True(greater.IsLaterThan(latest));
        Assert.False(greater.IsLaterThan(greater));
    }

    [Fact]
    public void Negative_zero_is_zero() =>
        Assert.Equal(StoredPoint.Of(1, 0.0, 1, 1), StoredPoint.Of(1, -0.0, 1, 1));
}
