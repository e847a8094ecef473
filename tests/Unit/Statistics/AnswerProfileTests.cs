using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Slipway.Statistics.Drift;
using Slipway.Statistics.Profiles;
using Xunit;

namespace Slipway.Unit.Statistics;

public sealed class AnswerProfileTests
{
    private static readonly Config s_config = Config.QuickThrowOnFailure.WithMaxTest(60);

    private static readonly FeatureProfile s_layout = FeatureProfile.Numeric("x", [-10, 0, 0.5, 3, 1000], null, 0);
    private static readonly FeatureProfile s_origins = FeatureProfile.Categorical("origin", ["ATL", "JFK"], null, 0, 0);

    // Numbers of all kinds, with missing and infinite ones among them, in some parts.
    private static Arbitrary<double[][]> Parts { get; } = Gen.Choose(0, 5)
        .SelectMany(shape => Gen.Choose(1, 5).SelectMany(parts => Gen.ArrayOf(Part(shape), parts)))
        .ToArbitrary();

    private static Arbitrary<(double[] Reference, double[] Current)> Windows { get; } = Gen.Choose(0, 5)
        .SelectMany(shape => Part(shape).SelectMany(reference => Part(shape).Select(current => (reference, current))))
        .ToArbitrary();

    [Fact]
    public void Rows_are_counted_exactly_in_the_bins_of_the_reference_however_parts_are_merged() => Prop.ForAll(Parts, parts =>
    {
        double[] all = [.. parts.SelectMany(part => part)];

        var there = Merged(parts.Select(part => Stored(part)));
        var back = Merged(parts.Reverse().Select(part => Stored(part)));

        var exact = new long[s_layout.BinCount];
        foreach (var value in all)
            exact[s_layout.BinOf(value)]++;
        foreach (var column in new[] { there, back })
        {
            Assert.Equal(exact, column.Bins.ToArray());
            Assert.Equal((all.Length, all.Count(double.IsNaN)), (column.Count, column.Nulls));
            Assert.Equal(all.Count(double.IsFinite), (column.Moments.Count, column.Cells.Count) is var (moments, cells) && moments == cells ? moments : -1);
            Assert.Equal(all.Count(double.IsInfinity), column.NegativeInfinities + column.PositiveInfinities);
        }

        Assert.Equal(Cells(there), Cells(back));
    }).Check(s_config);

    [Fact]
    public void Quantiles_lie_within_the_error_that_is_stated() => Prop.ForAll(Parts, parts =>
    {
        var column = Merged(parts.Select(part => Stored(part)));
        double[] sorted = [.. parts.SelectMany(part => part).Where(double.IsFinite).Order()];

        foreach (var share in new[] { 0.01, 0.5, 0.99 }.Where(_ => sorted.Length > 0 && column.Cells.RelativeError < 0.5))
        {
            var exact = sorted[(long)Math.Floor(share * (sorted.Length - 1))];
            Assert.InRange(Math.Abs(column.Cells.Quantile(share) - exact), 0, (column.Cells.RelativeError * Math.Abs(exact)) + 1e-300);
        }
    }).Check(s_config);

    [Fact]
    public void Statistics_of_bins_are_those_of_the_rows_counted_between_the_same_edges() => Prop.ForAll(Windows, windows =>
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
    public void Statistics_of_values_lie_within_the_bounds_that_are_stated() => Prop.ForAll(Windows, windows =>
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
    public void Rows_out_of_bounds_lie_within_the_bounds_that_are_stated() => Prop.ForAll(Windows, windows =>
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
    public void Texts_that_the_reference_knows_are_counted_exactly_and_a_million_others_within_the_bound()
    {
        var column = new AnswerColumn("input_origin", FeatureType.Categorical, s_origins);
        for (var i = 0; i < 100_000; i++)
            column.Add(Encoding.UTF8.GetBytes(i % 10 == 0 ? "ATL" : i % 10 == 1 ? "often" : $"user-{i}"));

        Assert.Equal([10_000, 0, 90_000, 0], column.Bins.ToArray());
        Assert.InRange(column.MaxError, 1, 2 * 90_000 / FrequentTexts.Capacity);
        Assert.InRange(column.Texts.Single(text => text.Text == "often").Count, 10_000 - column.MaxError, 10_000);
        Assert.InRange(column.Texts.Count, 1, FrequentTexts.Capacity + 1);
    }

    [Fact]
    public void Texts_are_compared_as_their_counts_are()
    {
        AnswerColumn Of(params string[] texts)
        {
            var column = new AnswerColumn("input_origin", FeatureType.Categorical, s_origins);
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

    [Fact]
    public void Parts_that_were_counted_in_other_bins_keep_what_they_have_in_common()
    {
        var other = FeatureProfile.Categorical("origin", ["ORD"], null, 0, 0);
        var profile = new AnswerProfile();
        profile.Merge(Stored(Text(s_origins, "ATL", "ORD")));
        profile.Merge(Stored(Text(other, "ORD", "JFK")));
        profile.Merge(Stored(Numbers(s_layout, 1, 2)));
        profile.Merge(Stored(Numbers(FeatureProfile.Numeric("x", [7], null, 0), 3)));

        var (texts, numbers) = (profile.Columns[0], profile.Columns[1]);
        Assert.Equal([("ATL", 1L), ("JFK", 1), ("ORD", 2)], texts.Texts.Select(text => (text.Text, text.Count)).Order());
        Assert.Equal((null, 3, 2), (numbers.Layout, numbers.Count, numbers.Moments.Mean));
    }

    [Fact]
    public void A_profile_is_filled_again_without_a_new_allocation()
    {
        var profile = new AnswerProfile([Text(s_origins), Numbers(s_layout)]);
        var random = new Random(1);
        double[] values = [.. Enumerable.Range(0, 2000).Select(_ => Normal(random))];
        byte[][] texts = [.. Enumerable.Range(0, 2000).Select(i => Encoding.UTF8.GetBytes($"u{i % 700}"))];
        void Fill()
        {
            for (var i = 0; i < values.Length; i++)
            {
                profile.Columns[0].Add(texts[i]);
                profile.Columns[1].Add(values.AsSpan(i, 1));
            }
        }

        for (var round = 0; round < 3; round++)
        {
            Fill();
            profile.Clear();
        }

        Fill();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Fill();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_profile_comes_back_from_its_bytes_and_damaged_bytes_are_refused()
    {
        var bytes = Stored(Text(s_origins, "ATL", "Zürich"), Numbers(s_layout, 1, double.NaN, -5e300));
        var read = new AnswerProfile();
        read.Merge(bytes);

        Assert.Equal(bytes, read.ToBytes());
        for (var length = 0; length < bytes.Length; length++)
            Assert.Throws<InvalidDataException>(() => new AnswerProfile().Merge(bytes.AsSpan(0, length)));
        Assert.Throws<InvalidDataException>(() => new AnswerProfile().Merge([.. bytes, 0]));
    }

    [Fact]
    public void Whatever_bytes_come_they_are_refused_or_read() => Prop.ForAll(
        Gen.Choose(0, 1 << 30).ToArbitrary(),
        seed =>
        {
            var random = new Random(seed);
            var bytes = Stored(Text(s_origins, "ATL", "Zürich"), Numbers(s_layout, 1, 2, 3));
            for (var i = random.Next(1, 4); i > 0; i--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                new AnswerProfile().Merge(bytes);
            }
            catch (InvalidDataException)
            {
                // Said, and not another error.
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    private static Gen<double[]> Part(int shape) => Gen.Choose(1, 1500).SelectMany(count => Gen.Choose(0, 1 << 30).Select(seed =>
    {
        var random = new Random(seed);
        var shift = random.Next(3);
        return Enumerable.Range(0, count).Select(_ => random.Next(50) switch
        {
            0 => double.NaN,
            1 when shape == 5 => random.Next(2) == 0 ? double.NegativeInfinity : double.PositiveInfinity,
            _ => Number(shape, random) + shift,
        }).ToArray();
    }));

    private static double Number(int shape, Random random) => shape switch
    {
        0 => random.Next(-2, 3),
        1 => random.Next(-50_000, 50_000),
        2 => (random.Next(2) == 0 ? -1 : 1) * Math.Pow(10, (random.NextDouble() * 12) - 6),
        3 => 978_307_200_000 + (random.NextDouble() * 15e9),
        4 => Math.Exp(random.NextDouble() * 8),
        _ => Normal(random),
    };

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static AnswerColumn Column(double[] values) => Numbers(s_layout, values);

    private static AnswerColumn Numbers(FeatureProfile layout, params double[] values)
    {
        var column = new AnswerColumn("input_x", FeatureType.Numeric, layout);
        column.Add(values);
        return column;
    }

    private static AnswerColumn Text(FeatureProfile layout, params string[] texts)
    {
        var column = new AnswerColumn("input_origin", FeatureType.Categorical, layout);
        foreach (var text in texts)
            column.Add(Encoding.UTF8.GetBytes(text));
        return column;
    }

    private static byte[] Stored(params AnswerColumn[] columns) => new AnswerProfile(columns).ToBytes();

    private static byte[] Stored(double[] values) => Stored(Column(values));

    private static AnswerColumn Merged(IEnumerable<byte[]> parts)
    {
        var profile = new AnswerProfile();
        foreach (var part in parts)
            profile.Merge(part);
        return profile.Columns.Single();
    }

    private static IReadOnlyList<WeightedValue> Cells(AnswerColumn column) => column.Cells.Values();

    private static long[] Counted(FeatureProfile bins, double[] values)
    {
        var counts = new long[bins.BinCount];
        foreach (var value in values)
            counts[bins.BinOf(value)]++;
        return counts;
    }
}
