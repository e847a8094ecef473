using System.Runtime.InteropServices;
using Google.Protobuf;
using Slipway.Engines.OnnxRuntime.Proto;

namespace Slipway.Training.Export;

/// <summary>Builds an ONNX graph node by node; a value is known by its name.</summary>
internal sealed class OnnxGraph(string name)
{
    public const string MachineLearning = "ai.onnx.ml";

    private readonly GraphProto _graph = new() { Name = name };
    private int _values;

    /// <summary>A tensor with a free number of rows that comes from outside.</summary>
    public string Input(string name, TensorProto.Types.DataType type, params ReadOnlySpan<long> rowShape)
    {
        _graph.Input.Add(Describe(name, type, rowShape));
        return name;
    }

    public void Output(string name, TensorProto.Types.DataType type, params ReadOnlySpan<long> rowShape) =>
        _graph.Output.Add(Describe(name, type, rowShape));

    public string Constant(ReadOnlySpan<float> values)
    {
        var tensor = new TensorProto { Name = NextValue(), DataType = (int)TensorProto.Types.DataType.Float };
        tensor.Dims.Add(values.Length);
        foreach (var value in values)
            tensor.FloatData.Add(value);
        _graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    public string Constant(ReadOnlySpan<long> values)
    {
        var tensor = new TensorProto { Name = NextValue(), DataType = (int)TensorProto.Types.DataType.Int64 };
        tensor.Dims.Add(values.Length);
        foreach (var value in values)
            tensor.Int64Data.Add(value);
        _graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    /// <param name="shape">Empty: one dimension.</param>
    public string Constant(ReadOnlySpan<double> values, params ReadOnlySpan<long> shape)
    {
        var tensor = new TensorProto { Name = NextValue(), DataType = (int)TensorProto.Types.DataType.Double };
        tensor.Dims.AddRange(shape.IsEmpty ? [values.Length] : shape.ToArray());
        tensor.RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values));
        _graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    public string Constant(IReadOnlyCollection<string> values)
    {
        var tensor = new TensorProto { Name = NextValue(), DataType = (int)TensorProto.Types.DataType.String };
        tensor.Dims.Add(values.Count);
        tensor.StringData.AddRange(values.Select(ByteString.CopyFromUtf8));
        _graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    public string Cast(string value, TensorProto.Types.DataType type) => Node("Cast", [value], [Attribute("to", (long)type)]);

    /// <summary>A node with one output, whose name comes back.</summary>
    /// <param name="output">Null: a name that nothing else has.</param>
    public string Node(
        string type, IEnumerable<string> inputs, IEnumerable<AttributeProto> attributes, string? output = null, string domain = "")
    {
        var node = new NodeProto { OpType = type, Domain = domain, Name = $"{type}_{_graph.Node.Count}" };
        node.Input.Add(inputs);
        node.Attribute.Add(attributes);
        node.Output.Add(output ?? NextValue());
        _graph.Node.Add(node);
        return node.Output[0];
    }

    public ModelProto ToModel(IEnumerable<KeyValuePair<string, string>> metadata)
    {
        // IR 8, opset 17 and ai.onnx.ml 3 belong to ONNX 1.12 (2022): old enough for any runtime in use.
        var model = new ModelProto
        {
            IrVersion = 8,
            ProducerName = "slipway",
            ProducerVersion = typeof(OnnxGraph).Assembly.GetName().Version!.ToString(3),
            Graph = _graph,
            OpsetImport =
            {
                new OperatorSetIdProto { Domain = "", Version = 17 },
                new OperatorSetIdProto { Domain = MachineLearning, Version = 3 },
            },
        };
        model.MetadataProps.Add(metadata.Select(pair => new StringStringEntryProto { Key = pair.Key, Value = pair.Value }));
        return model;
    }

    public static AttributeProto Attribute(string name, long value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value };

    public static AttributeProto Attribute(string name, float value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Float, F = value };

    public static AttributeProto Attribute(string name, string value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.String, S = ByteString.CopyFromUtf8(value) };

    public static AttributeProto Attribute(string name, IEnumerable<long> values) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Ints, Ints = { values } };

    public static AttributeProto Attribute(string name, IEnumerable<float> values) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Floats, Floats = { values } };

    public static AttributeProto Attribute(string name, IEnumerable<string> values) => new()
    {
        Name = name,
        Type = AttributeProto.Types.AttributeType.Strings,
        Strings = { values.Select(ByteString.CopyFromUtf8) },
    };

    // A leading '/' cannot clash with a column of the data, whose name an input has.
    private string NextValue() => $"/value_{_values++}";

    private static ValueInfoProto Describe(string name, TensorProto.Types.DataType type, ReadOnlySpan<long> rowShape)
    {
        var shape = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dimension { DimParam = "N" } } };
        foreach (var length in rowShape)
            shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = length });
        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = shape } },
        };
    }
}
