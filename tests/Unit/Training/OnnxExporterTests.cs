using Google.Protobuf;
using Slipway.Engines.OnnxRuntime;
using Slipway.Engines.OnnxRuntime.Proto;
using Slipway.Kernel;
using Slipway.Training.Export;
using Slipway.Training.Features;
using Slipway.Training.Trees;
using Xunit;

namespace Slipway.Unit.Training;

public sealed class OnnxExporterTests
{
    public static TheoryData<int, string, int> Cases =>
        new MatrixTheoryData<int, string, int>(
            [1, 2, 3],
            [
                "binary:logistic", "multi:softprob", "multi:softmax", "reg:squarederror", "reg:absoluteerror", "reg:logistic",
                "count:poisson", "reg:gamma", "reg:tweedie",
            ],
            [1, 6]);

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_exported_model_answers_as_XGBoost_does(int seed, string objective, int depth)
    {
        using var model = new ExportCase(seed, objective, depth: depth);

        Assert.InRange(model.Check(), 0, ExportCheck.Tolerance);
    }

    [Theory]
    [InlineData("binary:logistic", "0.05")]
    [InlineData("binary:logistic", "0.9")]
    [InlineData("multi:softprob", "0.3")]
    [InlineData("reg:squarederror", "-3.5")]
    [InlineData("count:poisson", "4")]
    public void The_global_bias_is_exported(string objective, string bias)
    {
        using var model = new ExportCase(4, objective, rounds: 2, depth: 3, ("base_score", bias), ("eta", "0.1"));

        Assert.InRange(model.Check(), 0, ExportCheck.Tolerance);
    }

    [Theory]
    [InlineData(0.55f, 0.01f, 1)]
    [InlineData(0.45f, 0.01f, 0)]
    [InlineData(0.55f, -0.01f, 1)]
    [InlineData(0.45f, -0.01f, 0)]
    public void Two_classes_come_out_right_when_all_leaves_have_the_same_sign(float bias, float leaf, long label)
    {
        using var model = new ExportCase(5, "binary:logistic", rounds: 1);
        var stump = new XgbTree
        {
            Target = 0,
            Left = [1, -1, -1],
            Right = [2, -1, -1],
            Feature = [1, 0, 0],
            Condition = [12, leaf, leaf],
            DefaultLeft = [true, false, false],
        };
        var onnx = OnnxExporter.Export(model.Model with { BaseScore = bias, Trees = [stump] }, model.Features).ToByteArray();
        using var session = OnnxSession.Load(onnx);

        var answer = session.Run(Inputs(model), TestContext.Current.CancellationToken);

        var probability = 1 / (1 + Math.Exp(-Math.Log(bias / (1 - bias)) - leaf));
        Assert.All(answer["label"].As<long>(), actual => Assert.Equal(label, actual));
        Assert.All(answer["probabilities"].As<float>().Chunk(2), row =>
        {
            Assert.Equal(1 - probability, row[0], 1e-6);
            Assert.Equal(probability, row[1], 1e-6);
        });
    }

    [Fact]
    public void A_tree_without_a_split_is_exported()
    {
        using var model = new ExportCase(6, "binary:logistic", rounds: 2, depth: 4, ("gamma", "1000000"));

        Assert.All(model.Model.Trees, tree => Assert.True(tree.IsLeaf(0)));
        Assert.InRange(model.Check(), 0, ExportCheck.Tolerance);
    }

    [Fact]
    public void Forests_of_boosted_rounds_are_exported()
    {
        using var model = new ExportCase(7, "multi:softprob", rounds: 3, depth: 4, ("num_parallel_tree", "3"), ("subsample", "0.5"));

        Assert.Equal(3 * 3 * 3, model.Model.Trees.Count);
        Assert.InRange(model.Check(), 0, ExportCheck.Tolerance);
    }

    [Fact]
    public void The_graph_takes_raw_columns_and_answers_label_and_probabilities()
    {
        using var model = new ExportCase(8, "binary:logistic");
        using var session = OnnxSession.Load(model.Onnx);

        Assert.Equal(
            ["distance:float[-1,1]", "hour:float[-1,1]", "origin:string[-1,1]", "carrier:string[-1,1]"],
            session.Inputs.Select(Text));
        Assert.Equal(["label:int64[-1]", "probabilities:float[-1,2]"], session.Outputs.Select(Text));
        Assert.Equal("binary:logistic", session.Metadata.Custom["slipway.objective"]);
    }

    [Fact]
    public void The_label_is_the_more_probable_class()
    {
        using var model = new ExportCase(9, "multi:softprob");
        using var session = OnnxSession.Load(model.Onnx);

        var answer = session.Run(Inputs(model), TestContext.Current.CancellationToken);

        var probabilities = answer["probabilities"].As<float>().Chunk(3).ToArray();
        Assert.Equal(probabilities.Select(row => (long)Array.IndexOf(row, row.Max())), answer["label"].As<long>());
        Assert.All(probabilities, row => Assert.Equal(1, row.Sum(), 1e-5));
        Assert.Equal(3, answer["label"].As<long>().Distinct().Count());
    }

    [Fact]
    public void A_model_that_answers_differently_does_not_pass_the_check()
    {
        using var model = new ExportCase(10, "binary:logistic");
        var tampered = ModelProto.Parser.ParseFrom(model.Onnx);
        var weights = tampered.Graph.Node.SelectMany(node => node.Attribute).Single(attribute => attribute.Name == "target_weights");
        weights.Floats[0] += 0.01f;

        var refusal = Assert.Throws<SlipwayException>(() => ExportCheck.Run(
            tampered.ToByteArray(), model.Booster, model.Model.Objective, model.Features, model.Others,
            TestContext.Current.CancellationToken));

        Assert.Equal(ErrorCode.EngineFailed, refusal.Code);
        Assert.Contains("answers differently", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_category_without_any_known_value_is_always_unseen()
    {
        using var model = new ExportCase(11, "reg:squarederror");
        var features = model.Features.ToArray();
        features[2] = new CategoryFeature("origin") { Codes = new Dictionary<string, float>(), Unseen = 1 };

        var onnx = OnnxExporter.Export(model.Model, features).ToByteArray();

        Assert.InRange(
            ExportCheck.Run(onnx, model.Booster, model.Model.Objective, features, model.Others, TestContext.Current.CancellationToken),
            0, ExportCheck.Tolerance);
    }

    [Fact]
    public void Features_in_another_order_than_the_models_are_refused()
    {
        using var model = new ExportCase(12, "binary:logistic");

        var refusal = Assert.Throws<SlipwayException>(() => OnnxExporter.Export(model.Model, [.. model.Features.Reverse()]));

        Assert.Contains("learned from distance, hour, origin, carrier", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_feature_that_is_called_like_an_output_is_refused()
    {
        using var model = new ExportCase(13, "binary:logistic");
        Feature[] features = [new NumberFeature("label"), .. model.Features.Skip(1)];

        var refusal = Assert.Throws<SlipwayException>(() => OnnxExporter.Export(model.Model with { FeatureNames = [] }, features));

        Assert.Contains("'label'", refusal.Message, StringComparison.Ordinal);
    }

    private static string Text(OnnxField field) =>
        $"{field.Name}:{field.ElementType.OnnxName()}[{string.Join(',', field.Dims)}]";

    private static Dictionary<string, OnnxTensor> Inputs(ExportCase model) => model.Others.ToDictionary(
        column => column.Name,
        column => column.Numbers is { } numbers
            ? OnnxTensor.Create(numbers.ToArray(), column.RowCount, 1)
            : OnnxTensor.Create(column.Texts!.Select(text => text ?? "").ToArray(), column.RowCount, 1));
}
