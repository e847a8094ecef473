using System.Text;
using Slipway.Kernel;
using Slipway.Statistics.Drift;
using Xunit;

namespace Slipway.Unit.Statistics;

public sealed class ProfileTests
{
    [Fact]
    public void Many_values_are_cut_at_their_deciles()
    {
        var profile = FeatureProfile.OfNumbers("x", [.. Enumerable.Range(0, 1000).Select(i => (double)i)]);

        Assert.Equal([100, 200, 300, 400, 500, 600, 700, 800, 900], profile.Edges);
        Assert.Equal(Enumerable.Repeat(100L, 10).Append(0), profile.Counts.ToArray());
    }

    [Fact]
    public void A_constant_column_has_bins_below_at_and_above_it()
    {
        var profile = FeatureProfile.OfNumbers("x", [5, 5, 5, double.NaN]);

        Assert.Equal([0, 3, 0, 1], profile.Counts.ToArray());
        Assert.Equal([0, 1, 2, 3], new[] { 4.999, 5, 5.001, double.NaN }.Select(profile.BinOf));
    }

    [Fact]
    public void Infinities_fall_into_the_open_bins()
    {
        var profile = FeatureProfile.OfNumbers("x", [.. Enumerable.Range(0, 100).Select(i => (double)i)]);

        Assert.Equal(0, profile.BinOf(double.NegativeInfinity));
        Assert.Equal(profile.NullBin - 1, profile.BinOf(double.PositiveInfinity));
    }

    [Fact]
    public void A_column_of_nulls_has_one_full_bin()
    {
        var profile = FeatureProfile.OfNumbers("x", [double.NaN, double.NaN]);

        Assert.Equal([0, 2], profile.Counts.ToArray());
    }

    [Fact]
    public void The_rarest_of_many_categories_are_other()
    {
        var profile = FeatureProfile.OfCategories(
            "origin", Enumerable.Range(1, 60).Select(i => KeyValuePair.Create($"c{i:00}", (long)i)), nulls: 3);

        Assert.Equal(52, profile.BinCount);
        Assert.Equal("c60", profile.Categories[0]);
        Assert.Equal([55, 3], profile.Counts[^2..].ToArray());
        Assert.Equal(50, profile.BinOf("c01"));
        Assert.Equal(50, profile.BinOf("never seen"));
    }

    [Fact]
    public void A_profile_is_read_as_it_was_written()
    {
        var written = new TrainingProfile(
            1003,
            [
                FeatureProfile.OfNumbers("distance", [.. Enumerable.Range(0, 1000).Select(i => (double)i), double.NaN]),
                FeatureProfile.OfCategories("origin", [new("ATL", 5), new("ORD", 9)], nulls: 1),
            ],
            FeatureProfile.OfNumbers("score", [0.1, 0.2]),
            From: null,
            To: DateTimeOffset.UnixEpoch);

        var read = TrainingProfile.Parse(written.ToJson());

        Assert.Equal((written.Rows, written.To), (read.Rows, read.To));
        Assert.Equal(["distance", "origin"], read.Features.Select(feature => feature.Name));
        Assert.Equal(written.Features[0].Edges, read.Features[0].Edges);
        Assert.Equal(written.Features[0].Counts.ToArray(), read.Features[0].Counts.ToArray());
        Assert.Equal(written.Features[1].Categories, read.Features[1].Categories);
        Assert.Equal(written.Features[1].Counts.ToArray(), read.Features[1].Counts.ToArray());
        Assert.Equal(written.Score!.Counts.ToArray(), read.Score!.Counts.ToArray());
    }

    [Fact]
    public void Edges_that_include_the_outer_ends_are_opened()
    {
        var read = Parse("""{"rows":6,"features":[{"name":"x","type":"numeric","edges":[0,1,2,3],"counts":[1,2,3],"nulls":0}]}""");

        Assert.Equal([1, 2], read.Features[0].Edges);
    }

    [Theory]
    [InlineData("{", "cannot be read")]
    [InlineData("""{"rows":1}""", "features")]
    [InlineData("""{"rows":1,"features":[{"name":"x","edges":[2,1],"counts":[1,2,3]}]}""", "'x' do not ascend")]
    [InlineData("""{"rows":1,"features":[{"name":"x","edges":[1],"counts":[1]}]}""", "'x' has 2 bins but 1 counts")]
    [InlineData("""{"rows":1,"features":[{"name":"x","edges":[1],"counts":[1,-1]}]}""", "negative")]
    public void A_broken_profile_is_refused_with_its_reason(string json, string reason) =>
        Assert.Contains(reason, Assert.Throws<SlipwayException>(() => Parse(json)).Message, StringComparison.Ordinal);

    private static TrainingProfile Parse(string json) => TrainingProfile.Parse(Encoding.UTF8.GetBytes(json));
}
