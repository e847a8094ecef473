using System.Globalization;
using System.Text;
using System.Text.Json;
using Slipway.Engines.OnnxRuntime;
using Slipway.Kernel;
using Slipway.Serving.Inference;
using Slipway.Serving.Runtimes;
using Slipway.Serving.Scoring;

namespace Slipway.Serving.Protocol.Mlflow;

/// <summary>Writes one cell of a table into the model's memory, or says of which column and row it is wrong.</summary>
internal static class Cell
{
    /// <param name="kind">Number, String, True, False or Null: what the text stands for.</param>
    /// <param name="utf8">The number's digits, or the text.</param>
    public static void Set(ScoringSlot slot, TensorPlan input, int index, JsonValueKind kind, ReadOnlySpan<byte> utf8)
    {
        if (input.ElementType == OnnxElementType.String)
        {
            if (kind is not (JsonValueKind.String or JsonValueKind.Null) || (kind == JsonValueKind.Null && !slot.Model.IsOptional(input)))
                throw Wrong(input, index, kind, utf8);
            RawTensor.SetText(slot, input, index, kind == JsonValueKind.Null ? default : utf8);
        }
        else if (!TrySet(slot.Runner.Inputs[input.Index], input.ElementType, index, kind, utf8))
        {
            throw Wrong(input, index, kind, utf8);
        }
    }

    private static bool TrySet(InputMemory memory, OnnxElementType type, int index, JsonValueKind kind, ReadOnlySpan<byte> utf8) => type switch
    {
        OnnxElementType.Float => Float(memory.Span<float>(), index, kind, utf8),
        OnnxElementType.Double => Float(memory.Span<double>(), index, kind, utf8),
        OnnxElementType.Float16 => Float(memory.Span<Half>(), index, kind, utf8),
        OnnxElementType.BFloat16 => Short(memory.Span<BFloat16>(), index, kind, utf8),
        OnnxElementType.Bool => Bool(memory.Span<bool>(), index, kind),
        OnnxElementType.Int64 => Whole(memory.Span<long>(), index, kind, utf8),
        OnnxElementType.Int32 => Whole(memory.Span<int>(), index, kind, utf8),
        OnnxElementType.Int16 => Whole(memory.Span<short>(), index, kind, utf8),
        OnnxElementType.Int8 => Whole(memory.Span<sbyte>(), index, kind, utf8),
        OnnxElementType.UInt64 => Whole(memory.Span<ulong>(), index, kind, utf8),
        OnnxElementType.UInt32 => Whole(memory.Span<uint>(), index, kind, utf8),
        OnnxElementType.UInt16 => Whole(memory.Span<ushort>(), index, kind, utf8),
        _ => Whole(memory.Span<byte>(), index, kind, utf8),
    };

    // null is a missing value, which is NaN to a model.
    private static bool Float<T>(Span<T> memory, int index, JsonValueKind kind, ReadOnlySpan<byte> utf8)
        where T : System.Numerics.IFloatingPointIeee754<T>
    {
        memory[index] = T.NaN;
        return kind == JsonValueKind.Null
            || (kind == JsonValueKind.Number && T.TryParse(utf8, NumberStyles.Float, CultureInfo.InvariantCulture, out memory[index]!) && T.IsFinite(memory[index]));
    }

    private static bool Short(Span<BFloat16> memory, int index, JsonValueKind kind, ReadOnlySpan<byte> utf8)
    {
        var value = 0f;
        var read = Float(new Span<float>(ref value), 0, kind, utf8);
        memory[index] = (BFloat16)value;
        return read && !float.IsInfinity((float)memory[index]);
    }

    private static bool Whole<T>(Span<T> memory, int index, JsonValueKind kind, ReadOnlySpan<byte> utf8)
        where T : System.Numerics.INumberBase<T> =>
        kind == JsonValueKind.Number && T.TryParse(utf8, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out memory[index]!);

    private static bool Bool(Span<bool> memory, int index, JsonValueKind kind)
    {
        memory[index] = kind == JsonValueKind.True;
        return kind is JsonValueKind.True or JsonValueKind.False;
    }

    private static SlipwayException Wrong(TensorPlan input, int index, JsonValueKind kind, ReadOnlySpan<byte> utf8)
    {
        var value = kind switch
        {
            JsonValueKind.Null => "null",
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "a list",
            _ => $"'{RequestText.Shorten(Encoding.UTF8.GetString(utf8))}'",
        };
        return SlipwayException.Invalid(
            $"Column '{input.Name}' ({input.DataType}), row {index / Math.Max(1, input.RowLength)}: {value} is not {TensorData.Wanted(input.ElementType)}.");
    }
}
