using Slipway.Kernel;
using Slipway.Training.Features;
using Xunit;

namespace Slipway.Unit.Training;

public sealed class FeatureTests
{
    [Fact]
    public void Ordinal_codes_go_from_the_most_frequent_on()
    {
        var feature = OrdinalEncoder.Fit("origin", ["ORD", "ATL", "ATL", null, "", "LAX", "ORD", "ATL"]);

        Assert.Equal([0, 1, 2], feature.Encode(["ATL", "ORD", "LAX"]));
        Assert.All(feature.Encode(["SFO", null, "", "atl"]), code => Assert.Equal(float.NaN, code));
    }

    [Fact]
    public void A_rare_category_is_treated_as_unseen()
    {
        var feature = OrdinalEncoder.Fit("origin", ["ORD", "ATL", "ORD"], minimumCount: 2);

        Assert.Equal(["ORD"], feature.Codes.Keys);
    }

    [Fact]
    public void Target_codes_are_drawn_towards_the_mean_of_all()
    {
        var feature = TargetEncoder.Fit("origin", ["A", "A", "B", null], [1, 1, 0, 0], smoothing: 2);

        Assert.Equal((2 + (2 * 0.5f)) / 4, feature.Encode("A"));
        Assert.Equal((0 + (2 * 0.5f)) / 3, feature.Encode("B"), 1e-6);
        Assert.Equal(0.5f, feature.Encode("C"));
        Assert.Equal(0.5f, feature.Encode(""));
    }

    [Fact]
    public void A_feature_that_the_data_lacks_is_named_with_the_nearest_column()
    {
        var refusal = Assert.Throws<SlipwayException>(() => FeatureMatrix.Create(
            [new NumberFeature("distance")], [FeatureColumn.Of("distanse", new float[] { 1 })]));

        Assert.Contains("no column 'distance'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Did you mean 'distanse'?", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_column_of_texts_is_no_number()
    {
        var refusal = Assert.Throws<SlipwayException>(() => FeatureMatrix.Create(
            [new NumberFeature("origin")], [FeatureColumn.Of("origin", ["ATL"])]));

        Assert.Contains("'origin' is a number but its column holds texts", refusal.Message, StringComparison.Ordinal);
    }
}
