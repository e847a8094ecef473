using System.Numerics;
using Slipway.Engines.OnnxRuntime;
using Slipway.Kernel;
using Slipway.Serving.Inference;
using Slipway.Serving.Runtimes;
using Slipway.Serving.Scoring;

namespace Slipway.Serving.Protocol.Grpc;

/// <summary>InferTensorContents: a list of values for each kind of type, in place of raw bytes.</summary>
internal static class TypedContents
{
    /// <summary>Copies the list of the input's type into its memory.</summary>
    public static void Read(ScoringSlot slot, TensorPlan input, long elements, ReadOnlySpan<byte> contents)
    {
        var field = FieldOf(input.ElementType);
        if (field == 0)
            throw SlipwayException.Invalid($"Input '{input.Name}' ({input.DataType}) has no typed contents; send it in raw_input_contents.");

        var reader = new ProtoReader(contents);
        var count = 0L;
        while (reader.Next())
        {
            if (reader.Field != field)
                throw SlipwayException.Invalid($"Contents of input '{input.Name}' ({input.DataType}) are in field {reader.Field}, not {field}.");
            if (input.ElementType == OnnxElementType.String)
            {
                Room(input, elements, count, 1);
                RawTensor.SetText(slot, input, (int)count++, reader.Inner("A text"));
            }
            else if (reader.IsBytes)
            {
                count += ReadPacked(slot, input, elements, count, reader.Bytes);
            }
            else
            {
                Room(input, elements, count, 1);
                Set(slot, input, (int)count++, reader.Number);
            }
        }

        if (count != elements)
            throw SlipwayException.Invalid($"Contents of input '{input.Name}' have {count} values; its shape says {elements}.");
    }

    /// <summary>Whether the protocol has a list for values of this type.</summary>
    public static bool Has(OnnxElementType type) => FieldOf(type) != 0;

    public static void Write(OutputMemory output, ProtoBuilder contents)
    {
        var field = FieldOf(output.ElementType);
        if (output.ElementType == OnnxElementType.String)
        {
            for (var i = 0; i < output.Count; i++)
                contents.Bytes(field, output.Text(i));
            return;
        }

        if (output.ElementType is OnnxElementType.Float or OnnxElementType.Double or OnnxElementType.Bool)
        {
            contents.Bytes(field, output.Bytes);
            return;
        }

        // A list of varints needs no length before it when each value is a field of its own.
        for (var i = 0; i < output.Count; i++)
        {
            contents.Varint((ulong)field << 3);
            contents.Varint(Get(output, i));
        }
    }

    private static int FieldOf(OnnxElementType type) => type switch
    {
        OnnxElementType.Bool => 1,
        OnnxElementType.Int8 or OnnxElementType.Int16 or OnnxElementType.Int32 => 2,
        OnnxElementType.Int64 => 3,
        OnnxElementType.UInt8 or OnnxElementType.UInt16 or OnnxElementType.UInt32 => 4,
        OnnxElementType.UInt64 => 5,
        OnnxElementType.Float => 6,
        OnnxElementType.Double => 7,
        OnnxElementType.String => 8,
        _ => 0,
    };

    private static long ReadPacked(ScoringSlot slot, TensorPlan input, long elements, long count, ReadOnlySpan<byte> packed)
    {
        var memory = slot.Runner.Inputs[input.Index].Bytes;
        if (input.ElementType is OnnxElementType.Float or OnnxElementType.Double)
        {
            var (values, left) = Math.DivRem(packed.Length, input.ElementSize);
            if (left != 0)
                throw SlipwayException.Invalid($"Contents of input '{input.Name}' are no whole number of {input.DataType}.");
            Room(input, elements, count, values);
            packed.CopyTo(memory[(int)(count * input.ElementSize)..]);
            return values;
        }

        var read = 0;
        while (!packed.IsEmpty)
        {
            Room(input, elements, count + read, 1);
            Set(slot, input, (int)count + read++, ProtoReader.Varint(ref packed));
        }

        return read;
    }

    private static void Room(TensorPlan input, long elements, long count, int more)
    {
        if (count + more > elements)
            throw SlipwayException.Invalid($"Contents of input '{input.Name}' have more than the {elements} values that its shape says.");
    }

    private static void Set(ScoringSlot slot, TensorPlan input, int index, ulong bits)
    {
        var memory = slot.Runner.Inputs[input.Index];
        switch (input.ElementType)
        {
            case OnnxElementType.Float:
                memory.Span<float>()[index] = BitConverter.UInt32BitsToSingle((uint)bits);
                break;
            case OnnxElementType.Double:
                memory.Span<double>()[index] = BitConverter.UInt64BitsToDouble(bits);
                break;
            case OnnxElementType.Bool:
                memory.Span<bool>()[index] = bits != 0;
                break;
            case OnnxElementType.Int64:
                memory.Span<long>()[index] = (long)bits;
                break;
            case OnnxElementType.UInt64:
                memory.Span<ulong>()[index] = bits;
                break;
            case OnnxElementType.Int8:
                Narrow(memory.Span<sbyte>(), input, index, (int)bits);
                break;
            case OnnxElementType.Int16:
                Narrow(memory.Span<short>(), input, index, (int)bits);
                break;
            case OnnxElementType.Int32:
                Narrow(memory.Span<int>(), input, index, (int)bits);
                break;
            case OnnxElementType.UInt8:
                Narrow(memory.Span<byte>(), input, index, (uint)bits);
                break;
            case OnnxElementType.UInt16:
                Narrow(memory.Span<ushort>(), input, index, (uint)bits);
                break;
            default:
                Narrow(memory.Span<uint>(), input, index, (uint)bits);
                break;
        }
    }

    private static void Narrow<T>(Span<T> memory, TensorPlan input, int index, long value)
        where T : struct, INumberBase<T>
    {
        memory[index] = T.CreateTruncating(value);
        if (long.CreateTruncating(memory[index]) != value)
            throw SlipwayException.Invalid($"Input '{input.Name}' ({input.DataType}), element {index}: {value} is out of its range.");
    }

    private static ulong Get(OutputMemory output, int index) => output.ElementType switch
    {
        OnnxElementType.Int8 => (ulong)output.Span<sbyte>()[index],
        OnnxElementType.Int16 => (ulong)output.Span<short>()[index],
        OnnxElementType.Int32 => (ulong)output.Span<int>()[index],
        OnnxElementType.Int64 => (ulong)output.Span<long>()[index],
        OnnxElementType.UInt8 => output.Span<byte>()[index],
        OnnxElementType.UInt16 => output.Span<ushort>()[index],
        OnnxElementType.UInt32 => output.Span<uint>()[index],
        _ => output.Span<ulong>()[index],
    };
}
