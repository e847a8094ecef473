using Slipway.Engines.OnnxRuntime.Proto;
using Slipway.Kernel;
using Slipway.Training.Features;
using Slipway.Training.Trees;
using static Slipway.Engines.OnnxRuntime.Proto.TensorProto.Types;

namespace Slipway.Training.Export;

/// <summary>
/// Makes an ONNX model of the trees and their preprocessing. It takes the raw columns, one input [N,1] each (float, or string
/// for a category), and answers "label" int64 [N] and "probabilities" float [N,classes], or "prediction" float [N,1].
/// </summary>
internal static class OnnxExporter
{
    public const string Label = "label";
    public const string Probabilities = "probabilities";
    public const string Prediction = "prediction";

    private static readonly string[] s_outputs = [Label, Probabilities, Prediction];

    public static ModelProto Export(XgbModel model, IReadOnlyList<Feature> features)
    {
        Check(model, features);
        var graph = new OnnxGraph("slipway_xgboost");
        var columns = features.Select(feature => Column(graph, feature)).ToList();
        var matrix = columns.Count == 1 ? columns[0] : graph.Node("Concat", columns, [OnnxGraph.Attribute("axis", 1)]);
        var margins = TreeEnsemble.AddTo(graph, model, matrix);
        if (!model.Objective.Classifies)
            AddPrediction(graph, model.Objective.Link, margins);
        else if (model.Objective.Link == XgbLink.Logistic)
            AddTwoClasses(graph, margins);
        else
            AddClasses(graph, margins, model.Targets);
        return graph.ToModel([new("slipway.trainer", "xgboost"), new("slipway.objective", model.Objective.Name)]);
    }

    private static void Check(XgbModel model, IReadOnlyList<Feature> features)
    {
        if (model.FeatureCount != features.Count)
            throw SlipwayException.Invalid($"The model has {model.FeatureCount} features but {features.Count} are described.");

        var names = features.Select(feature => feature.Name).ToArray();
        if (model.FeatureNames.Count > 0 && !model.FeatureNames.SequenceEqual(names, StringComparer.Ordinal))
        {
            throw SlipwayException.Invalid(
                $"The model learned from {string.Join(", ", model.FeatureNames)} but {string.Join(", ", names)} are described.");
        }

        if (names.FirstOrDefault(name => s_outputs.Contains(name) || name.StartsWith('/')) is { } taken)
            throw SlipwayException.Invalid($"A feature cannot be called '{taken}', which the exported model needs; rename the column.");
    }

    private static string Column(OnnxGraph graph, Feature feature)
    {
        if (feature is not CategoryFeature category)
            return graph.Input(feature.Name, DataType.Float, 1);

        // The operator refuses empty lists. No text of the data is the one with a zero character.
        var codes = category.Codes.Count > 0
            ? category.Codes.OrderBy(code => code.Key, StringComparer.Ordinal).ToArray()
            : [KeyValuePair.Create("\0", category.Unseen)];
        return graph.Node(
            "LabelEncoder",
            [graph.Input(feature.Name, DataType.String, 1)],
            [
                OnnxGraph.Attribute("keys_strings", codes.Select(code => code.Key)),
                OnnxGraph.Attribute("values_floats", codes.Select(code => code.Value)),
                OnnxGraph.Attribute("default_float", category.Unseen),
            ],
            domain: OnnxGraph.MachineLearning);
    }

    private static void AddPrediction(OnnxGraph graph, XgbLink link, string margins)
    {
        var node = link switch { XgbLink.Logistic => "Sigmoid", XgbLink.Exponential => "Exp", _ => "Identity" };
        graph.Node(node, [margins], [], Prediction);
        graph.Output(Prediction, DataType.Float, 1);
    }

    private static void AddTwoClasses(OnnxGraph graph, string margins)
    {
        var positive = graph.Node("Sigmoid", [margins], []);
        var negative = graph.Node("Sub", [graph.Constant([1f]), positive], []);
        graph.Node("Concat", [negative, positive], [OnnxGraph.Attribute("axis", 1)], Probabilities);
        var isPositive = graph.Node("Greater", [positive, graph.Constant([0.5f])], []);
        var label = graph.Node("Cast", [isPositive], [OnnxGraph.Attribute("to", (long)DataType.Int64)]);
        graph.Node("Squeeze", [label, graph.Constant([1L])], [], Label);
        Answer(graph, 2);
    }

    private static void AddClasses(OnnxGraph graph, string margins, int classes)
    {
        graph.Node("Softmax", [margins], [OnnxGraph.Attribute("axis", 1)], Probabilities);
        graph.Node("ArgMax", [margins], [OnnxGraph.Attribute("axis", 1), OnnxGraph.Attribute("keepdims", 0)], Label);
        Answer(graph, classes);
    }

    private static void Answer(OnnxGraph graph, int classes)
    {
        graph.Output(Label, DataType.Int64);
        graph.Output(Probabilities, DataType.Float, classes);
    }
}
