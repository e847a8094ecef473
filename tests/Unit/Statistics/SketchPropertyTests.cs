using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Slipway.Statistics.Profiles;
using Xunit;

namespace Slipway.Unit.Statistics;

public sealed class SketchPropertyTests
{
    private static readonly Config s_config = Config.QuickThrowOnFailure.WithMaxTest(60);

    // Columns as they come: few values, whole numbers, all magnitudes, times in microseconds, skewed ones.
    private static Arbitrary<double[][]> Parts { get; } = Gen.Choose(0, 4)
        .SelectMany(shape => Gen.Choose(1, 5).SelectMany(parts => Gen.ArrayOf(Part(shape), parts)))
        .ToArbitrary();

    [Fact]
    public void Quantiles_lie_within_the_error_that_the_sketch_states() => Prop.ForAll(Parts, parts =>
    {
        var sketch = Merged(parts);
        double[] sorted = [.. parts.SelectMany(part => part).Order()];

        foreach (var share in new[] { 0, 0.01, 0.25, 0.5, 0.75, 0.99, 1 })
        {
            var exact = sorted[(long)Math.Floor(share * (sorted.Length - 1))];
            Assert.InRange(Math.Abs(sketch.Quantile(share) - exact), 0, (sketch.RelativeError * Math.Abs(exact)) + 1e-300);
        }

        Assert.InRange(sketch.RelativeError, 0, 0.5);
        Assert.Equal(sorted.Length, sketch.Values().Sum(value => value.Count));
    }).Check(s_config);

    [Fact]
    public void Profiles_of_numbers_are_the_same_in_whatever_order_and_grouping_they_are_merged() => Prop.ForAll(Parts, parts =>
    {
        var whole = Quantiles([.. parts.SelectMany(part => part)]);

        Assert.Equal(whole, Bytes(Merged(parts).Write));
        Assert.Equal(whole, Bytes(Merged([.. parts.Reverse()]).Write));
        var left = Merged(parts[..(parts.Length / 2)]);
        left.Merge(Merged(parts[(parts.Length / 2)..]));
        Assert.Equal(whole, Bytes(left.Write));
    }).Check(s_config);

    [Fact]
    public void Moments_agree_with_two_passes_however_they_are_merged() => Prop.ForAll(Parts, parts =>
    {
        double[] all = [.. parts.SelectMany(part => part)];
        var moments = new Moments();
        var backwards = new Moments();
        foreach (var part in parts)
            moments.Merge(Moment(part));
        foreach (var part in parts.Reverse())
            backwards.Merge(Moment(part));

        var scale = all.Max(Math.Abs);
        var mean = all.Average(value => value / scale) * scale;
        Assert.Equal((all.Length, all.Min(), all.Max()), (moments.Count, moments.Min, moments.Max));
        Assert.Equal(mean / scale, moments.Mean / scale, 1e-9);
        Assert.Equal(moments.Mean / scale, backwards.Mean / scale, 1e-12);
        if (scale < 1e100)
        {
            var squares = all.Sum(value => (value - mean) * (value - mean));
            Assert.Equal(squares / (scale * scale), moments.SquaredDeviations / (scale * scale), 1e-6 * all.Length);
        }
    }).Check(s_config);

    [Fact]
    public void Counts_of_frequent_values_are_never_too_high_and_too_low_by_no_more_than_stated() => Prop.ForAll(Parts, parts =>
    {
        var exact = parts.SelectMany(part => part).GroupBy(value => value + 0.0).ToDictionary(group => group.Key, group => (long)group.Count());
        var there = MergedProfile(parts);
        var back = MergedProfile([.. parts.Reverse()]);

        foreach (var frequent in new[] { there.Frequent, back.Frequent })
        {
            Assert.InRange(frequent.MaxError, 0, 2 * exact.Values.Sum() / FrequentValues.Capacity);
            var listed = frequent.Top(FrequentValues.Capacity).ToDictionary(ColumnProfile.Number, value => value.Count);
            foreach (var (value, count) in exact)
                Assert.InRange(listed.GetValueOrDefault(value), Math.Max(0, count - frequent.MaxError), count);
        }

        if (there.DistinctIsExact)
            Assert.Equal(Bytes(there.Frequent.Write), Bytes(back.Frequent.Write));
    }).Check(s_config);

    [Theory]
    [InlineData(100)]
    [InlineData(512)]
    [InlineData(5_000)]
    [InlineData(100_000)]
    [InlineData(1_000_000)]
    public void Distinct_values_are_counted_within_four_standard_errors(int different)
    {
        var column = new ColumnProfile("x", "BIGINT", ColumnKind.Number);
        for (var round = 0; round < 2; round++)
            column.AddNumbers([.. Enumerable.Range(0, different).Select(index => index * 7.0)]);

        var allowed = column.DistinctIsExact ? 0 : 4 * DistinctCount.StandardError * different;
        Assert.InRange(column.Distinct, different - allowed, different + allowed);
        Assert.Equal(different <= FrequentValues.Capacity, column.DistinctIsExact);
    }

    [Fact]
    public void A_profile_comes_back_from_its_bytes_and_goes_on()
    {
        var profile = Profile("one", "two", "two");

        var read = TableProfile.FromBytes(profile.ToBytes());

        Assert.Equal(profile.ToBytes(), read.ToBytes());
        read.Merge(Profile("two", "three"));
        Assert.Equal(Profile("one", "two", "two", "two", "three").ToBytes(), read.ToBytes());
        Assert.Equal(("two", 3L), read.Columns[0].Frequent.Top(1).Select(top => (top.Label, top.Count)).Single());
    }

    [Fact]
    public void Damaged_bytes_are_refused()
    {
        var bytes = Profile("one").ToBytes();

        Assert.Throws<InvalidDataException>(() => TableProfile.FromBytes(bytes[..(bytes.Length / 2)]));
        Assert.Throws<InvalidDataException>(() => TableProfile.FromBytes([1, 2, 3]));
    }

    [Fact]
    public void A_column_that_a_part_lacks_is_null_there()
    {
        var left = Profile("a", "b");
        var other = new ColumnProfile("extra", "DOUBLE", ColumnKind.Number);
        other.AddNumbers([1, double.NaN, double.PositiveInfinity]);
        var right = new TableProfile([other]);
        right.AddRows(3);

        left.Merge(right);

        Assert.Equal([(5L, 3L, 0L), (5L, 2L, 2L)], left.Columns.Select(column => (column.Count, column.Nulls, column.NotFinite)));
    }

    [Fact]
    public void A_histogram_counts_between_its_edges()
    {
        var histogram = new FixedHistogram([0, 1, 2]);
        foreach (var value in new[] { -0.5, 0, 0.99, 1, 2, 2.01 })
            histogram.Add(value);
        histogram.Merge(histogram);

        Assert.Equal([4, 4], histogram.Counts);
        Assert.Equal((2, 2), (histogram.Below, histogram.Above));
        Assert.Throws<ArgumentException>(() => new FixedHistogram([1, 1]));
    }

    private static Gen<double[]> Part(int shape) => Gen.Choose(1, 3_000).SelectMany(count => Gen.Choose(0, 1 << 30).Select(seed =>
    {
        var random = new Random(seed);
        return Enumerable.Range(0, count).Select(_ => Number(shape, random)).ToArray();
    }));

    private static double Number(int shape, Random random) => shape switch
    {
        0 => random.Next(-2, 3),
        1 => random.Next(-50_000, 50_000),
        2 => (random.Next(2) == 0 ? -1 : 1) * Math.Pow(10, (random.NextDouble() * 600) - 300),
        3 => 978_307_200_000_000 + (long)(random.NextDouble() * 15e12),
        _ => Math.Floor(Math.Exp(random.NextDouble() * 12)),
    };

    private static QuantileSketch Merged(double[][] parts)
    {
        var merged = new QuantileSketch();
        foreach (var part in parts)
        {
            var sketch = new QuantileSketch();
            sketch.Add(part);
            merged.Merge(sketch);
        }

        return merged;
    }

    private static ColumnProfile MergedProfile(double[][] parts)
    {
        var merged = new ColumnProfile("x", "DOUBLE", ColumnKind.Number);
        foreach (var part in parts)
        {
            var profile = new ColumnProfile("x", "DOUBLE", ColumnKind.Number);
            profile.AddNumbers([.. part]);
            merged.Merge(profile);
        }

        return merged;
    }

    private static Moments Moment(double[] values)
    {
        var moments = new Moments();
        moments.Add(values);
        return moments;
    }

    private static TableProfile Profile(params string[] texts)
    {
        var column = new ColumnProfile("word", "VARCHAR", ColumnKind.Text);
        foreach (var text in texts)
            column.AddText(Encoding.UTF8.GetBytes(text));
        column.AddLengths([.. texts.Select(text => (double)text.Length)]);
        var profile = new TableProfile([column]);
        profile.AddRows(texts.Length);
        return profile;
    }

    private static byte[] Quantiles(double[] values)
    {
        var sketch = new QuantileSketch();
        sketch.Add(values);
        return Bytes(sketch.Write);
    }

    private static byte[] Bytes(Action<BinaryWriter> write)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        write(writer);
        return stream.ToArray();
    }
}
