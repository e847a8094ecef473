using System.Buffers;
using System.Buffers.Binary;
using Slipway.Engines.OnnxRuntime;
using Slipway.Kernel;
using Slipway.Serving.Runtimes;
using Slipway.Serving.Scoring;

namespace Slipway.Serving.Inference;

/// <summary>
/// Tensors as bytes, as binary REST and gRPC have them: little endian, in row-major order; a text as its length in four
/// bytes and its UTF-8.
/// </summary>
internal static class RawTensor
{
    /// <summary>Copies the bytes into the input, for which the slot has room for so many elements.</summary>
    public static void Read(ScoringSlot slot, TensorPlan input, long elements, ReadOnlySpan<byte> raw)
    {
        if (input.ElementType == OnnxElementType.String)
        {
            ReadTexts(slot, input, elements, raw);
            return;
        }

        if (raw.Length != elements * input.ElementSize)
        {
            throw SlipwayException.Invalid(
                $"Input '{input.Name}' ({input.DataType}) has {raw.Length} bytes; its {elements} elements are {elements * input.ElementSize}.");
        }

        if (input.ElementType == OnnxElementType.Bool && raw.IndexOfAnyExceptInRange((byte)0, (byte)1) is var at and >= 0)
            throw SlipwayException.Invalid($"Input '{input.Name}' (BOOL), element {at}: {raw[at]} is neither 0 nor 1.");
        raw.CopyTo(slot.Runner.Inputs[input.Index].Bytes);
    }

    public static long Length(OutputMemory output)
    {
        if (output.ElementType != OnnxElementType.String)
            return output.Bytes.Length;
        var length = 4L * output.Count;
        for (var i = 0; i < output.Count; i++)
            length += output.Text(i).Length;
        return length;
    }

    public static void Write(OutputMemory output, IBufferWriter<byte> writer)
    {
        if (output.ElementType != OnnxElementType.String)
        {
            writer.Write(output.Bytes);
            return;
        }

        Span<byte> length = stackalloc byte[4];
        for (var i = 0; i < output.Count; i++)
        {
            var text = output.Text(i);
            BinaryPrimitives.WriteInt32LittleEndian(length, text.Length);
            writer.Write(length);
            writer.Write(text);
        }
    }

    private static void ReadTexts(ScoringSlot slot, TensorPlan input, long elements, ReadOnlySpan<byte> raw)
    {
        for (var i = 0; i < elements; i++)
        {
            if (!BinaryPrimitives.TryReadUInt32LittleEndian(raw, out var length) || length > raw.Length - 4)
            {
                throw SlipwayException.Invalid(
                    $"Input '{input.Name}' (BYTES) ends in element {i}; each is its length in four bytes and its text.");
            }

            SetText(slot, input, i, raw.Slice(4, (int)length));
            raw = raw[(4 + (int)length)..];
        }

        if (!raw.IsEmpty)
            throw SlipwayException.Invalid($"Input '{input.Name}' (BYTES) has {raw.Length} bytes after its {elements} elements.");
    }

    /// <summary>Sets a text that came as bytes.</summary>
    public static void SetText(ScoringSlot slot, TensorPlan input, int index, ReadOnlySpan<byte> utf8)
    {
        if (!System.Text.Unicode.Utf8.IsValid(utf8))
            throw SlipwayException.Invalid($"Input '{input.Name}' (BYTES), element {index} is not UTF-8, the only text that models take.");
        slot.SetText(input, index, utf8);
    }
}
