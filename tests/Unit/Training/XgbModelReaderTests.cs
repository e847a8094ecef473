using System.Text;
using Slipway.Kernel;
using Slipway.Training.Trees;
using Xunit;

namespace Slipway.Unit.Training;

public sealed class XgbModelReaderTests
{
    private const string Stump = """
        {"left_children": [1, -1, -1], "right_children": [2, -1, -1], "split_indices": [1, 0, 0],
         "split_conditions": [2.5E0, -1E-1, 3E-1], "default_left": [1, 0, 0], "split_type": [0, 0, 0]}
        """;

    [Fact]
    public void Trees_and_parameters_are_read()
    {
        var model = Read(Model(Stump));

        var tree = Assert.Single(model.Trees);
        Assert.Equal((2, 1, "binary:logistic"), (model.FeatureCount, model.Targets, model.Objective.Name));
        Assert.Equal(["a", "b"], model.FeatureNames);
        Assert.Equal((1, 2.5f, true), (tree.Feature[0], tree.Condition[0], tree.DefaultLeft[0]));
        Assert.Equal([0, 1, 2], tree.Reachable());
        Assert.Equal(MathF.Log(0.2f / 0.8f), model.BaseMargin, 1e-6);
    }

    [Theory]
    [InlineData("binary:logistic", "binary:hinge", "cannot be exported")]
    [InlineData("gbtree", "dart", "booster 'dart'")]
    [InlineData("\"num_target\": \"1\"", "\"num_target\": \"2\"", "several targets")]
    [InlineData("\"split_type\": [0", "\"split_type\": [1", "sets of categories")]
    [InlineData("\"left_children\": [1", "\"left_children\": [0", "do not make a tree")]
    [InlineData("\"left_children\": [1", "\"left_children\": [7", "do not make a tree")]
    [InlineData("[2.5E0, -1E-1, 3E-1]", "[2.5E0]", "differ in length")]
    [InlineData("\"tree_info\": [0]", "\"tree_info\": []", "not an XGBoost model")]
    [InlineData("learner_model_param", "other", "not an XGBoost model")]
    public void What_cannot_be_exported_is_refused_with_the_reason(string from, string to, string reason)
    {
        var text = Model(Stump).Replace(from, to, StringComparison.Ordinal);

        var refusal = Assert.Throws<SlipwayException>(() => Read(text));

        Assert.Equal(ErrorCode.InvalidParameter, refusal.Code);
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"learner\": 3}")]
    public void Other_JSON_is_refused(string text)
    {
        var refusal = Assert.Throws<SlipwayException>(() => Read(text));

        Assert.Contains("not an XGBoost model", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_spelling_of_later_versions_is_read()
    {
        var model = Read(Model(Stump)
            .Replace("\"2E-1\"", "\"[2E-1]\"", StringComparison.Ordinal)
            .Replace("\"default_left\": [1, 0, 0]", "\"default_left\": [true, false, false]", StringComparison.Ordinal));

        Assert.Equal(0.2f, model.BaseScore);
        Assert.True(model.Trees[0].DefaultLeft[0]);
    }

    private static XgbModel Read(string text) => XgbModelReader.Read(Encoding.UTF8.GetBytes(text));

    private static string Model(string tree) => $$$"""
        {"learner": {"attributes": {}, "feature_names": ["a", "b"], "feature_types": ["float", "float"],
          "gradient_booster": {"model": {"tree_info": [0], "trees": [{{{tree}}}]}, "name": "gbtree"},
          "learner_model_param": {"base_score": "2E-1", "num_class": "0", "num_feature": "2", "num_target": "1"},
          "objective": {"name": "binary:logistic"}}, "version": [1, 7, 4]}
        """;
}
