using System.Globalization;
using Google.Protobuf;
using Slipway.Engines.OnnxRuntime;
using Slipway.Engines.OnnxRuntime.Proto;

namespace Slipway.Unit.OnnxRuntime;

/// <summary>Small models, written by hand as protobuf.</summary>
internal static class OnnxModels
{
    private const string Ml = "ai.onnx.ml";

    /// <summary>Answers with what it is given: "x" of this type, [N, 2].</summary>
    public static byte[] Identity(OnnxElementType type, string outputRows = "N") =>
        Model([Tensor("x", type, "N", 2)], [Tensor("y", type, outputRows, 2)], Node("Identity", ["x"], ["y"]))
            .ToByteArray();

    /// <summary>
    /// "carrier" string[N,1] and "distance" float[N,1] to "label" int64[N] and "probabilities" float[N,2]. One tree:
    /// AA: 0.25 late; others: up to 500 miles 0.5 late, beyond 0.75.
    /// </summary>
    public static ModelProto Classifier()
    {
        var encoder = Node("LabelEncoder", ["carrier"], ["code"], Ml);
        encoder.Attribute.Add(Strings("keys_strings", "AA", "UA"));
        encoder.Attribute.Add(Floats("values_floats", 0, 1));
        encoder.Attribute.Add(new AttributeProto
        {
            Name = "default_float",
            Type = AttributeProto.Types.AttributeType.Float,
            F = 2,
        });
        var concat = Node("Concat", ["code", "distance"], ["features"]);
        concat.Attribute.Add(new AttributeProto
        {
            Name = "axis",
            Type = AttributeProto.Types.AttributeType.Int,
            I = 1,
        });
        return Model(
            [Tensor("carrier", OnnxElementType.String, "N", 1), Tensor("distance", OnnxElementType.Float, "N", 1)],
            [Tensor("label", OnnxElementType.Int64, "N"), Tensor("probabilities", OnnxElementType.Float, "N", 2)],
            encoder,
            concat,
            Tree());
    }

    /// <summary>
    /// The classifier with scikit-learn's ending: a map from the class's name to its probability for each row.
    /// </summary>
    public static byte[] ClassifierWithMaps()
    {
        var model = Classifier();
        var zip = Node("ZipMap", ["probabilities"], ["maps"], Ml);
        zip.Attribute.Add(Strings("classlabels_strings", "on time", "late"));
        model.Graph.Node.Add(zip);
        model.Graph.Output.RemoveAt(1);
        var map = new TypeProto.Types.Map
        {
            KeyType = (int)OnnxElementType.String,
            ValueType = new() { TensorType = new() { ElemType = (int)OnnxElementType.Float } },
        };
        model.Graph.Output.Add(new ValueInfoProto
        {
            Name = "maps",
            Type = new() { SequenceType = new() { ElemType = new() { MapType = map } } },
        });
        return model.ToByteArray();
    }

    /// <summary>"x" float[1] to "y" float[1] and to "all", a sequence of tensors.</summary>
    public static byte[] Sequence()
    {
        var all = new ValueInfoProto { Name = "all", Type = new() { SequenceType = new() { ElemType = new() } } };
        all.Type.SequenceType.ElemType.TensorType = new() { ElemType = (int)OnnxElementType.Float };
        return Model(
            [Tensor("x", OnnxElementType.Float, 1)],
            [Tensor("y", OnnxElementType.Float, 1), all],
            Node("Identity", ["x"], ["y"]),
            Node("SequenceConstruct", ["x", "x"], ["all"])).ToByteArray();
    }

    /// <summary>float[N,64] to float[N,64] through so many matrix products: something that takes a while.</summary>
    public static byte[] Products(int count)
    {
        var weights = new TensorProto { Name = "w", DataType = (int)OnnxElementType.Float };
        weights.Dims.Add([64, 64]);
        weights.FloatData.Add(Enumerable.Range(0, 64 * 64).Select(index => index % 65 == 0 ? 1f : 0f));
        var nodes = Enumerable.Range(0, count).Select(index =>
            Node("MatMul", [index == 0 ? "x" : $"h{index}", "w"], [index == count - 1 ? "y" : $"h{index + 1}"]));
        var model = Model(
            [Tensor("x", OnnxElementType.Float, "N", 64)], [Tensor("y", OnnxElementType.Float, "N", 64)], [.. nodes]);
        model.Graph.Initializer.Add(weights);
        return model.ToByteArray();
    }

    public static ModelProto Model(ValueInfoProto[] inputs, ValueInfoProto[] outputs, params NodeProto[] nodes)
    {
        var graph = new GraphProto { Name = "test graph" };
        graph.Input.Add(inputs);
        graph.Output.Add(outputs);
        graph.Node.Add(nodes);
        var model = new ModelProto { IrVersion = 8, ProducerName = "slipway tests", ModelVersion = 3, Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = 17 });
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = Ml, Version = 3 });
        return model;
    }

    /// <summary>Dimensions are numbers, names, or null for one that is free and nameless.</summary>
    public static ValueInfoProto Tensor(string name, OnnxElementType type, params object?[] dims)
    {
        var shape = new TensorShapeProto();
        shape.Dim.Add(dims.Select(dim => dim switch
        {
            string text => new TensorShapeProto.Types.Dimension { DimParam = text },
            null => new TensorShapeProto.Types.Dimension(),
            _ => new TensorShapeProto.Types.Dimension { DimValue = Convert.ToInt64(dim, CultureInfo.InvariantCulture) },
        }));
        return new() { Name = name, Type = new() { TensorType = new() { ElemType = (int)type, Shape = shape } } };
    }

    public static NodeProto Node(string operation, string[] inputs, string[] outputs, string domain = "")
    {
        var node = new NodeProto { OpType = operation, Domain = domain };
        node.Input.Add(inputs);
        node.Output.Add(outputs);
        return node;
    }

    private static NodeProto Tree()
    {
        var tree = Node("TreeEnsembleClassifier", ["features"], ["label", "probabilities"], Ml);
        tree.Attribute.Add(Ints("nodes_treeids", 0, 0, 0, 0, 0));
        tree.Attribute.Add(Ints("nodes_nodeids", 0, 1, 2, 3, 4));
        tree.Attribute.Add(Strings("nodes_modes", "BRANCH_LEQ", "LEAF", "BRANCH_LEQ", "LEAF", "LEAF"));
        tree.Attribute.Add(Ints("nodes_featureids", 0, 0, 1, 0, 0));
        tree.Attribute.Add(Floats("nodes_values", 0.5f, 0, 500, 0, 0));
        tree.Attribute.Add(Ints("nodes_truenodeids", 1, 0, 3, 0, 0));
        tree.Attribute.Add(Ints("nodes_falsenodeids", 2, 0, 4, 0, 0));
        // Of two classes the leaves say the second one's probability, under the number 0: the engine then fills in the
        // first one's. Given both, its label is wrong.
        tree.Attribute.Add(Ints("class_treeids", 0, 0, 0));
        tree.Attribute.Add(Ints("class_nodeids", 1, 3, 4));
        tree.Attribute.Add(Ints("class_ids", 0, 0, 0));
        tree.Attribute.Add(Floats("class_weights", 0.25f, 0.5f, 0.75f));
        tree.Attribute.Add(Ints("classlabels_int64s", 0, 1));
        return tree;
    }

    private static AttributeProto Ints(string name, params long[] values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Ints };
        attribute.Ints.Add(values);
        return attribute;
    }

    private static AttributeProto Floats(string name, params float[] values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Floats };
        attribute.Floats.Add(values);
        return attribute;
    }

    private static AttributeProto Strings(string name, params string[] values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Strings };
        attribute.Strings.Add(values.Select(ByteString.CopyFromUtf8));
        return attribute;
    }
}
