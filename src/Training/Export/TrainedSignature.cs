using Slipway.Registry.Contracts;
using Slipway.Training.Features;
using Slipway.Training.Trees;

namespace Slipway.Training.Export;

/// <summary>The signature of an exported model: one tensor [-1, 1] for each raw column.</summary>
internal static class TrainedSignature
{
    public static ModelSignature Of(XgbModel model, IReadOnlyList<Feature> features)
    {
        TensorSignature[] inputs = [.. features.Select(feature =>
            new TensorSignature(feature.Name, feature is NumberFeature ? "FP32" : "BYTES", [-1, 1], ModelRoles.Feature))];
        if (!model.Objective.Classifies)
            return new ModelSignature(inputs, [new(OnnxExporter.Prediction, "FP32", [-1, 1], ModelRoles.Score)]);

        var classes = Math.Max(2, model.Targets);
        return new ModelSignature(
            inputs,
            [
                new(OnnxExporter.Label, "INT64", [-1], ModelRoles.Label),
                new(OnnxExporter.Probabilities, "FP32", [-1, classes], ModelRoles.Score),
            ]);
    }
}

/// <summary>The roles of a signature's tensors.</summary>
internal static class ModelRoles
{
    public const string Feature = "feature";
    public const string Label = "label";
    public const string Score = "score";
}
