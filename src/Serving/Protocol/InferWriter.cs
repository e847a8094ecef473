using Slipway.Engines.OnnxRuntime;
using Slipway.Serving.Inference;
using Slipway.Serving.Runtimes;
using Slipway.Serving.Scoring;

namespace Slipway.Serving.Protocol;

/// <summary>The answer to an inference request: {"id", "model_name", "model_version", "outputs":[{"name", "datatype", "shape", "data"}]}.</summary>
internal static class InferWriter
{
    public static void Write(ScoringSlot slot)
    {
        var json = slot.Answer;
        json.Raw("{\"id\":"u8);
        json.Text(slot.RequestId!);
        json.Raw(",\"model_name\":"u8);
        json.Text(slot.Model.Name);
        json.Raw(",\"model_version\":"u8);
        json.Text(slot.Model.VersionText);
        json.Raw(",\"outputs\":["u8);
        var first = true;
        foreach (var output in slot.Model.Outputs)
        {
            if (!slot.Wanted[output.Index])
                continue;
            if (!first)
                json.Comma();
            first = false;
            WriteTensor(json, output, slot.Shown(output), slot.IsBinary(output));
        }

        json.Raw("]}"u8);
    }

    /// <summary>Classes are texts, whatever the type of the output.</summary>
    public static ReadOnlySpan<byte> TypeOf(TensorPlan plan, OutputMemory shown) =>
        shown.ElementType == plan.ElementType ? plan.Utf8DataType : "BYTES"u8;

    private static void WriteTensor(JsonText json, TensorPlan plan, OutputMemory output, bool binary)
    {
        json.Raw("{\"name\":"u8);
        json.Text(plan.Utf8Name);
        json.Raw(",\"datatype\":\""u8);
        json.Raw(TypeOf(plan, output));
        json.Raw("\",\"shape\":["u8);
        for (var i = 0; i < output.Dims.Length; i++)
        {
            if (i > 0)
                json.Comma();
            json.Number(output.Dims[i]);
        }

        if (binary)
        {
            json.Raw("],\"parameters\":{\"binary_data_size\":"u8);
            json.Number(RawTensor.Length(output));
            json.Raw("}}"u8);
            return;
        }

        json.Raw("],\"data\":["u8);
        WriteData(json, output);
        json.Raw("]}"u8);
    }

    private static void WriteData(JsonText json, OutputMemory output)
    {
        switch (output.ElementType)
        {
            case OnnxElementType.Float:
                Floats(json, output.Span<float>());
                break;
            case OnnxElementType.Double:
                Doubles(json, output.Span<double>());
                break;
            case OnnxElementType.Float16:
                Halves(json, output.Span<Half>());
                break;
            case OnnxElementType.BFloat16:
                Shorts(json, output.Span<BFloat16>());
                break;
            case OnnxElementType.Bool:
                Bools(json, output.Span<bool>());
                break;
            case OnnxElementType.String:
                Texts(json, output);
                break;
            default:
                WriteIntegers(json, output);
                break;
        }
    }

    private static void WriteIntegers(JsonText json, OutputMemory output)
    {
        switch (output.ElementType)
        {
            case OnnxElementType.Int64:
                Numbers(json, output.Span<long>());
                break;
            case OnnxElementType.Int32:
                Numbers(json, output.Span<int>());
                break;
            case OnnxElementType.Int16:
                Numbers(json, output.Span<short>());
                break;
            case OnnxElementType.Int8:
                Numbers(json, output.Span<sbyte>());
                break;
            case OnnxElementType.UInt64:
                Numbers(json, output.Span<ulong>());
                break;
            case OnnxElementType.UInt32:
                Numbers(json, output.Span<uint>());
                break;
            case OnnxElementType.UInt16:
                Numbers(json, output.Span<ushort>());
                break;
            default:
                Numbers(json, output.Span<byte>());
                break;
        }
    }

    private static void Numbers<T>(JsonText json, ReadOnlySpan<T> values)
        where T : unmanaged, IUtf8SpanFormattable
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (i > 0)
                json.Comma();
            json.Number(values[i]);
        }
    }

    private static void Floats(JsonText json, ReadOnlySpan<float> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (i > 0)
                json.Comma();
            json.Float(values[i]);
        }
    }

    private static void Doubles(JsonText json, ReadOnlySpan<double> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (i > 0)
                json.Comma();
            json.Double(values[i]);
        }
    }

    private static void Halves(JsonText json, ReadOnlySpan<Half> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (i > 0)
                json.Comma();
            json.Float((float)values[i]);
        }
    }

    private static void Shorts(JsonText json, ReadOnlySpan<BFloat16> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (i > 0)
                json.Comma();
            json.Float((float)values[i]);
        }
    }

    private static void Bools(JsonText json, ReadOnlySpan<bool> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (i > 0)
                json.Comma();
            json.Bool(values[i]);
        }
    }

    private static void Texts(JsonText json, OutputMemory output)
    {
        for (var i = 0; i < output.Count; i++)
        {
            if (i > 0)
                json.Comma();
            json.Text(output.Text(i));
        }
    }
}
