using Slipway.Tracking.Metrics;
using Xunit;

namespace Slipway.Unit.Tracking;

public sealed class SeriesThinningTests
{
    [Fact]
    public void No_minimum_maximum_end_or_NaN_is_lost()
    {
        var random = new Random(11);
        foreach (var count in new[] { 1, 99, 100, 101, 5000, 12_345 })
        {
            var points = Enumerable.Range(0, count).Select(i => StoredPoint.Of(1, random.NextDouble(), i, i)).ToArray();
            points[count / 3] = StoredPoint.Of(1, double.NaN, count / 3, count / 3);
            var thinning = new SeriesThinning(count, 100);

            foreach (var point in points)
                thinning.Add(point);
            var kept = thinning.Finish();

            var numbers = points.Where(point => !point.IsNaN).ToArray();
            Assert.InRange(kept.Count, 1, 100);
            Assert.Equal((points[0], points[^1]), (kept[0], kept[^1]));
            Assert.Contains(kept, point => point.IsNaN);
            if (numbers.Length > 0)
            {
                Assert.Contains(numbers.MinBy(point => point.Value), kept);
                Assert.Contains(numbers.MaxBy(point => point.Value), kept);
            }

            Assert.Equal(kept.OrderBy(point => point.Time), kept);
        }
    }
}
