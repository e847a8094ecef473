using Slipway.Engines.OnnxRuntime;
using Slipway.Serving.Runtimes;
using Slipway.Serving.Scoring;

namespace Slipway.Serving.Protocol.Mlflow;

/// <summary>
/// Answers row by row: of a model with one output its values (lists where a row has several), else objects by output.
/// </summary>
internal static class PredictionWriter
{
    public static void Write(ScoringSlot slot)
    {
        var json = slot.Answer;
        var outputs = slot.Model.Outputs;
        json.Raw("["u8);
        for (var row = 0; row < slot.Rows; row++)
        {
            if (row > 0)
                json.Comma();
            if (outputs is [var only])
            {
                WriteRow(json, slot.Runner.Outputs[only.Index], row, slot.Rows);
                continue;
            }

            json.Raw("{"u8);
            foreach (var output in outputs)
            {
                if (output.Index > 0)
                    json.Comma();
                json.Text(output.Utf8Name);
                json.Raw(":"u8);
                WriteRow(json, slot.Runner.Outputs[output.Index], row, slot.Rows);
            }

            json.Raw("}"u8);
        }

        json.Raw("]"u8);
    }

    private static void WriteRow(JsonText json, OutputMemory output, int row, int rows)
    {
        var length = output.Count / rows;
        if (length == 1)
        {
            WriteElement(json, output, row);
            return;
        }

        json.Raw("["u8);
        for (var i = 0; i < length; i++)
        {
            if (i > 0)
                json.Comma();
            WriteElement(json, output, (row * length) + i);
        }

        json.Raw("]"u8);
    }

    private static void WriteElement(JsonText json, OutputMemory output, int index)
    {
        switch (output.ElementType)
        {
            case OnnxElementType.Float:
                json.Float(output.Span<float>()[index]);
                break;
            case OnnxElementType.Double:
                json.Double(output.Span<double>()[index]);
                break;
            case OnnxElementType.Float16:
                json.Float((float)output.Span<Half>()[index]);
                break;
            case OnnxElementType.BFloat16:
                json.Float((float)output.Span<BFloat16>()[index]);
                break;
            case OnnxElementType.Bool:
                json.Bool(output.Span<bool>()[index]);
                break;
            case OnnxElementType.String:
                json.Text(output.Text(index));
                break;
            default:
                json.Number(Whole(output, index));
                break;
        }
    }

    private static Int128 Whole(OutputMemory output, int index) => output.ElementType switch
    {
        OnnxElementType.Int64 => output.Span<long>()[index],
        OnnxElementType.Int32 => output.Span<int>()[index],
        OnnxElementType.Int16 => output.Span<short>()[index],
        OnnxElementType.Int8 => output.Span<sbyte>()[index],
        OnnxElementType.UInt64 => output.Span<ulong>()[index],
        OnnxElementType.UInt32 => output.Span<uint>()[index],
        OnnxElementType.UInt16 => output.Span<ushort>()[index],
        _ => output.Span<byte>()[index],
    };
}
