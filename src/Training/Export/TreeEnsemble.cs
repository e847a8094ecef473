using Slipway.Engines.OnnxRuntime.Proto;
using Slipway.Training.Trees;

namespace Slipway.Training.Export;

/// <summary>
/// The trees as the attributes of TreeEnsembleRegressor (https://onnx.ai/onnx/operators/onnx_aionnxml_TreeEnsembleRegressor.html),
/// whose outputs are the margins.
/// </summary>
/// <remarks>
/// Not TreeEnsembleClassifier: its specification is vague about two classes, and when no leaf happens to be negative ONNX
/// Runtime (1.30) takes the margin for a probability and answers label 0 up to a margin of 0.5, which is 62 %.
/// </remarks>
internal sealed class TreeEnsemble
{
    private readonly List<long> _trees = [];
    private readonly List<long> _nodes = [];
    private readonly List<long> _features = [];
    private readonly List<float> _values = [];
    private readonly List<string> _modes = [];
    private readonly List<long> _whenTrue = [];
    private readonly List<long> _whenFalse = [];
    private readonly List<long> _missingTracksTrue = [];
    private readonly List<long> _leafTrees = [];
    private readonly List<long> _leafNodes = [];
    private readonly List<long> _leafTargets = [];
    private readonly List<float> _leafWeights = [];

    /// <summary>Adds the node; its output is float [N, targets].</summary>
    public static string AddTo(OnnxGraph graph, XgbModel model, string features)
    {
        var ensemble = new TreeEnsemble();
        foreach (var (id, tree) in model.Trees.Index())
            ensemble.Add(id, tree);
        return graph.Node(
            "TreeEnsembleRegressor", [features], ensemble.Attributes(model), domain: OnnxGraph.MachineLearning);
    }

    // Nodes are numbered anew in the order in which they are reached: what pruning left behind is dropped.
    private void Add(int id, XgbTree tree)
    {
        var order = tree.Reachable();
        var place = order.Index().ToDictionary(entry => entry.Item, entry => (long)entry.Index);
        foreach (var node in order)
        {
            var leaf = tree.IsLeaf(node);
            _trees.Add(id);
            _nodes.Add(place[node]);
            _features.Add(leaf ? 0 : tree.Feature[node]);
            _values.Add(leaf ? 0 : tree.Condition[node]);
            _modes.Add(leaf ? "LEAF" : "BRANCH_LT");
            _whenTrue.Add(leaf ? 0 : place[tree.Left[node]]);
            _whenFalse.Add(leaf ? 0 : place[tree.Right[node]]);
            _missingTracksTrue.Add(!leaf && tree.DefaultLeft[node] ? 1 : 0);
            if (leaf)
                AddLeaf(id, place[node], tree.Target, tree.Condition[node]);
        }
    }

    private void AddLeaf(long tree, long node, long target, float weight)
    {
        _leafTrees.Add(tree);
        _leafNodes.Add(node);
        _leafTargets.Add(target);
        _leafWeights.Add(weight);
    }

    private IEnumerable<AttributeProto> Attributes(XgbModel model) =>
    [
        OnnxGraph.Attribute("n_targets", model.Targets),
        OnnxGraph.Attribute("aggregate_function", "SUM"),
        OnnxGraph.Attribute("post_transform", "NONE"),
        OnnxGraph.Attribute("base_values", Enumerable.Repeat(model.BaseMargin, model.Targets)),
        OnnxGraph.Attribute("nodes_treeids", _trees),
        OnnxGraph.Attribute("nodes_nodeids", _nodes),
        OnnxGraph.Attribute("nodes_featureids", _features),
        OnnxGraph.Attribute("nodes_values", _values),
        OnnxGraph.Attribute("nodes_modes", _modes),
        OnnxGraph.Attribute("nodes_truenodeids", _whenTrue),
        OnnxGraph.Attribute("nodes_falsenodeids", _whenFalse),
        OnnxGraph.Attribute("nodes_missing_value_tracks_true", _missingTracksTrue),
        OnnxGraph.Attribute("target_treeids", _leafTrees),
        OnnxGraph.Attribute("target_nodeids", _leafNodes),
        OnnxGraph.Attribute("target_ids", _leafTargets),
        OnnxGraph.Attribute("target_weights", _leafWeights),
    ];
}
