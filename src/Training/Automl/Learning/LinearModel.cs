using Slipway.Engines.OnnxRuntime.Proto;
using Slipway.Statistics.Linear;
using Slipway.Training.Export;

namespace Slipway.Training.Automl.Learning;

/// <summary>Weighted sums of standardised features.</summary>
/// <param name="classes">0: the sum is the prediction.</param>
internal sealed class LinearModel(Standardization scale, LinearWeights weights, int classes) : FittedModel(null)
{
    public override double[] Predict(FeatureTable features)
    {
        var rows = scale.Apply(features);
        var outputs = weights.Weights.Count;
        var sums = new double[features.Rows * outputs];
        for (var row = 0; row < features.Rows; row++)
        {
            var own = sums.AsSpan(row * outputs, outputs);
            weights.Apply(rows.AsSpan(row * scale.Width, scale.Width), own);
            if (classes > 2)
                ToProbabilities(own);
        }

        return classes == 2 ? Both(Array.ConvertAll(sums, sum => 1 / (1 + Math.Exp(-sum)))) : sums;
    }

    // In doubles: the sum of many features loses too much as floats.
    public override string AddTo(OnnxGraph graph, string features)
    {
        var outputs = weights.Weights.Count;
        var byFeature = new double[scale.Width * outputs];
        for (var at = 0; at < byFeature.Length; at++)
            byFeature[at] = weights.Weights[at % outputs][at / outputs];
        var products = graph.Node("MatMul", [scale.AddTo(graph, features), graph.Constant(byFeature, scale.Width, outputs)], []);
        var sums = graph.Node("Add", [products, graph.Constant([.. weights.Intercepts])], []);
        if (classes == 2)
        {
            var second = graph.Node("Sigmoid", [sums], []);
            sums = graph.Node("Concat", [graph.Node("Sub", [graph.Constant([1.0]), second], []), second], [OnnxGraph.Attribute("axis", 1)]);
        }
        else if (classes > 2)
        {
            sums = graph.Node("Softmax", [sums], [OnnxGraph.Attribute("axis", 1)]);
        }

        return graph.Cast(sums, TensorProto.Types.DataType.Float);
    }

    private static void ToProbabilities(Span<double> sums)
    {
        double greatest = double.NegativeInfinity, total = 0;
        foreach (var sum in sums)
            greatest = Math.Max(greatest, sum);
        foreach (ref var sum in sums)
            total += sum = Math.Exp(sum - greatest);
        foreach (ref var sum in sums)
            sum /= total;
    }
}
