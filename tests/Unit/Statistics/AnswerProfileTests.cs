using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Slipway.Statistics.Drift;
using Slipway.Statistics.Profiles;
using Xunit;
using static Slipway.Unit.Statistics.AnswerParts;

namespace Slipway.Unit.Statistics;

public sealed class AnswerProfileTests
{
    private static readonly Config s_config = Config.QuickThrowOnFailure.WithMaxTest(60);

    [Fact]
    public void Rows_are_counted_exactly_in_the_bins_of_the_reference_however_parts_are_merged() => Prop.ForAll(Parts, parts =>
    {
        double[] all = [.. parts.SelectMany(part => part)];

        var there = Merged(parts.Select(part => Stored(part)));
        var back = Merged(parts.Reverse().Select(part => Stored(part)));

        var exact = new long[Layout.BinCount];
        foreach (var value in all)
            exact[Layout.BinOf(value)]++;
        foreach (var column in new[] { there, back })
        {
            Assert.Equal(exact, column.Bins.ToArray());
            Assert.Equal((all.Length, all.Count(double.IsNaN)), (column.Count, column.Nulls));
            Assert.Equal(all.Count(double.IsFinite), (column.Moments.Count, column.Cells.Count) is var (moments, cells) && moments == cells ? moments : -1);
            Assert.Equal(all.Count(double.IsInfinity), column.NegativeInfinities + column.PositiveInfinities);
            Assert.Equal(all.Where(double.IsFinite).All(value => value == Math.Floor(value)), column.IsWhole);
            Assert.Equal(all.Where(double.IsFinite).DefaultIfEmpty(double.PositiveInfinity).Min(), column.Moments.Min);
            Assert.Equal(all.Where(double.IsFinite).DefaultIfEmpty(double.NegativeInfinity).Max(), column.Moments.Max);
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
    public void Texts_that_the_reference_knows_are_counted_exactly_and_a_million_others_within_the_bound()
    {
        var column = new AnswerColumn("input_origin", FeatureType.Categorical, Origins);
        for (var i = 0; i < 100_000; i++)
            column.Add(Encoding.UTF8.GetBytes(i % 10 == 0 ? "ATL" : i % 10 == 1 ? "often" : $"user-{i}"));

        Assert.Equal([10_000, 0, 90_000, 0], column.Bins.ToArray());
        Assert.InRange(column.MaxError, 1, 2 * 90_000 / FrequentTexts.Capacity);
        Assert.InRange(column.Texts.Single(text => text.Text == "often").Count, 10_000 - column.MaxError, 10_000);
        Assert.InRange(column.Texts.Count, 1, FrequentTexts.Capacity + 1);
    }

    [Fact]
    public void Parts_that_were_counted_in_other_bins_keep_what_they_have_in_common()
    {
        var other = FeatureProfile.Categorical("origin", ["ORD"], null, 0, 0);
        var profile = new AnswerProfile();
        profile.Merge(Stored(Text(Origins, "ATL", "ORD")));
        profile.Merge(Stored(Text(other, "ORD", "JFK")));
        profile.Merge(Stored(Numbers(Layout, 1, 2)));
        profile.Merge(Stored(Numbers(FeatureProfile.Numeric("x", [7], null, 0), 3)));

        var (texts, numbers) = (profile.Columns[0], profile.Columns[1]);
        Assert.Equal([("ATL", 1L), ("JFK", 1), ("ORD", 2)], texts.Texts.Select(text => (text.Text, text.Count)).Order());
        Assert.Equal((null, 3, 2), (numbers.Layout, numbers.Count, numbers.Moments.Mean));
    }

    [Fact]
    public void A_profile_is_filled_again_without_a_new_allocation()
    {
        var profile = new AnswerProfile([Text(Origins), Numbers(Layout)]);
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
        var bytes = Stored(Text(Origins, "ATL", "Zürich"), Numbers(Layout, 1, double.NaN, -5e300));
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
            var bytes = Stored(Text(Origins, "ATL", "Zürich"), Numbers(Layout, 1, 2, 3));
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

    private static IReadOnlyList<WeightedValue> Cells(AnswerColumn column) => column.Cells.Values();
}
