using Google.Protobuf;
using Slipway.Engines.OnnxRuntime.Proto;

namespace Slipway.Bench;

/// <summary>
/// A model like those that tabular training makes: two text columns are encoded, joined to the numbers and scored by an
/// ensemble of complete trees. Its numbers are chance; its cost is not.
/// </summary>
internal static class TreeModel
{
    private const string Ml = "ai.onnx.ml";
    private const int Numbers = 6;

    public static readonly string[] Texts = [.. Enumerable.Range(0, 200).Select(index => $"T{index:000}")];

    public static byte[] Create(int trees, int depth)
    {
        var graph = new GraphProto { Name = "trees" };
        graph.Input.Add([
            Tensor("origin", TensorProto.Types.DataType.String, 1),
            Tensor("destination", TensorProto.Types.DataType.String, 1),
            Tensor("numbers", TensorProto.Types.DataType.Float, Numbers),
        ]);
        graph.Output.Add([
            Tensor("label", TensorProto.Types.DataType.Int64, null),
            Tensor("probabilities", TensorProto.Types.DataType.Float, 2),
        ]);
        graph.Node.Add([
            Encoder("origin"), Encoder("destination"), Concat(), Ensemble(trees, depth, new Random(7)),
        ]);
        var model = new ModelProto { IrVersion = 8, ProducerName = "slipway bench", Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = 17 });
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = Ml, Version = 3 });
        return model.ToByteArray();
    }

    private static NodeProto Encoder(string column)
    {
        var node = Node("LabelEncoder", [column], [column + " code"], Ml);
        node.Attribute.Add(Strings("keys_strings", Texts));
        node.Attribute.Add(Floats("values_floats", Enumerable.Range(0, Texts.Length).Select(index => (float)index)));
        return node;
    }

    private static NodeProto Concat()
    {
        var node = Node("Concat", ["origin code", "destination code", "numbers"], ["features"], "");
        node.Attribute.Add(new AttributeProto
        {
            Name = "axis",
            Type = AttributeProto.Types.AttributeType.Int,
            I = 1,
        });
        return node;
    }

    // Nodes are numbered as in a heap: the children of n are 2n+1 and 2n+2, and the last level is the leaves.
    private static NodeProto Ensemble(int trees, int depth, Random random)
    {
        var inner = (1 << depth) - 1;
        var size = (2 << depth) - 1;
        var ids = Enumerable.Range(0, size);
        var nodes = Enumerable.Range(0, trees).SelectMany(tree => ids.Select(id => (tree, id))).ToList();
        var features = nodes.Select(node => node.id < inner ? random.Next(2 + Numbers) : 0).ToList();
        var leaves = nodes.Where(node => node.id >= inner).ToList();
        var ensemble = Node("TreeEnsembleClassifier", ["features"], ["label", "probabilities"], Ml);
        ensemble.Attribute.Add([
            Ints("nodes_treeids", nodes.Select(node => (long)node.tree)),
            Ints("nodes_nodeids", nodes.Select(node => (long)node.id)),
            Ints("nodes_featureids", features.Select(feature => (long)feature)),
            Strings("nodes_modes", nodes.Select(node => node.id < inner ? "BRANCH_LEQ" : "LEAF")),
            Floats("nodes_values", features.Select(feature => random.NextSingle() * (feature < 2 ? Texts.Length : 1))),
            Ints("nodes_truenodeids", nodes.Select(node => node.id < inner ? (2L * node.id) + 1 : 0)),
            Ints("nodes_falsenodeids", nodes.Select(node => node.id < inner ? (2L * node.id) + 2 : 0)),
            Ints("class_treeids", leaves.Select(node => (long)node.tree)),
            Ints("class_nodeids", leaves.Select(node => (long)node.id)),
            Ints("class_ids", leaves.Select(_ => 0L)),
            Floats("class_weights", leaves.Select(_ => (random.NextSingle() - 0.5f) / 10)),
            Ints("classlabels_int64s", [0, 1]),
            Text("post_transform", "LOGISTIC"),
        ]);
        return ensemble;
    }

    private static NodeProto Node(string operation, string[] inputs, string[] outputs, string domain)
    {
        var node = new NodeProto { OpType = operation, Domain = domain };
        node.Input.Add(inputs);
        node.Output.Add(outputs);
        return node;
    }

    private static ValueInfoProto Tensor(string name, TensorProto.Types.DataType type, int? columns)
    {
        var shape = new TensorShapeProto();
        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimParam = "N" });
        if (columns is { } count)
            shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = count });
        return new() { Name = name, Type = new() { TensorType = new() { ElemType = (int)type, Shape = shape } } };
    }

    private static AttributeProto Ints(string name, IEnumerable<long> values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Ints };
        attribute.Ints.Add(values);
        return attribute;
    }

    private static AttributeProto Floats(string name, IEnumerable<float> values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Floats };
        attribute.Floats.Add(values);
        return attribute;
    }

    private static AttributeProto Strings(string name, IEnumerable<string> values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Strings };
        attribute.Strings.Add(values.Select(ByteString.CopyFromUtf8));
        return attribute;
    }

    private static AttributeProto Text(string name, string value) => new()
    {
        Name = name,
        Type = AttributeProto.Types.AttributeType.String,
        S = ByteString.CopyFromUtf8(value),
    };
}
