using Slipway.Engines.XGBoost;
using Slipway.Training.Export;
using Slipway.Training.Trees;

namespace Slipway.Training.Automl.Learning;

/// <summary>Trees that XGBoost has grown.</summary>
internal sealed class BoostedModel(XgbBooster booster, XgbObjective objective, int threads) : FittedModel(booster)
{
    public override double[] Predict(FeatureTable features)
    {
        using var matrix = features.Matrix(threads);
        var scores = Array.ConvertAll(booster.Predict(matrix), score => (double)score);
        return objective.Link == XgbLink.Logistic ? Both(scores) : scores;
    }

    public override string AddTo(OnnxGraph graph, string features)
    {
        var margins = TreeEnsemble.AddTo(graph, XgbModelReader.Read(booster.SaveJson()), features);
        if (objective.Link == XgbLink.Softmax)
            return graph.Node("Softmax", [margins], [OnnxGraph.Attribute("axis", 1)]);
        if (objective.Link != XgbLink.Logistic)
            return margins;

        var second = graph.Node("Sigmoid", [margins], []);
        return graph.Node("Concat", [graph.Node("Sub", [graph.Constant([1f]), second], []), second], [OnnxGraph.Attribute("axis", 1)]);
    }
}
