using Google.Protobuf;
using Slipway.Engines.OnnxRuntime.Proto;

namespace Slipway.Engines.OnnxRuntime;

/// <summary>
/// scikit-learn's classifiers end in ZipMap, which makes a map of each row's probabilities: some microseconds and
/// a dozen allocations per row to read. Here it is cut off, so that the output is the table of probabilities that went
/// into it; the keys of the maps become the names of its columns.
/// </summary>
internal static class ZipMaps
{
    private const string Operator = "ZipMap";
    private const string Domain = "ai.onnx.ml";

    // Any opset that knows Identity, for a model that imports only the domain of machine learning.
    private const int OpsetWithIdentity = 13;

    /// <summary>Whether it is worth while to parse the model.</summary>
    public static bool MayBeIn(OnnxHeader header) => header.Opsets.ContainsKey(Domain);

    /// <summary>The model without ZipMap and the keys by output; null when there is none to cut off.</summary>
    public static (byte[] Model, Dictionary<string, Array> Keys)? CutOff(ReadOnlySpan<byte> model)
    {
        if (model.IndexOf("ZipMap"u8) < 0)
            return null;

        try
        {
            return CutOff(ModelProto.Parser.ParseFrom(model));
        }
        catch (InvalidProtocolBufferException)
        {
            // The engine refuses it too, in its own words.
            return null;
        }
    }

    private static (byte[] Model, Dictionary<string, Array> Keys)? CutOff(ModelProto parsed)
    {
        var keys = new Dictionary<string, Array>();
        foreach (var output in parsed.Graph.Output)
        {
            var zip = parsed.Graph.Node.FirstOrDefault(node =>
                node.OpType == Operator && node.Domain == Domain && node.Output.Contains(output.Name));
            if (zip is null)
                continue;

            keys[output.Name] = Keys(zip);
            output.Type = TableOf(keys[output.Name].Length);
            (zip.OpType, zip.Domain) = ("Identity", "");
            zip.Attribute.Clear();
        }

        if (keys.Count == 0)
            return null;

        if (parsed.OpsetImport.All(opset => opset.Domain.Length > 0))
            parsed.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = OpsetWithIdentity });
        return (parsed.ToByteArray(), keys);
    }

    private static Array Keys(NodeProto zip)
    {
        var strings = zip.Attribute.FirstOrDefault(attribute => attribute.Name == "classlabels_strings");
        return strings is { Strings.Count: > 0 }
            ? strings.Strings.Select(text => text.ToStringUtf8()).ToArray()
            : zip.Attribute.FirstOrDefault(attribute => attribute.Name == "classlabels_int64s")?.Ints.ToArray() ?? [];
    }

    private static TypeProto TableOf(int columns)
    {
        var shape = new TensorShapeProto();
        shape.Dim.Add(new TensorShapeProto.Types.Dimension());
        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = columns });
        return new() { TensorType = new() { ElemType = (int)TensorProto.Types.DataType.Float, Shape = shape } };
    }
}
