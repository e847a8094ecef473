using System.Buffers;
using System.Text;
using System.Text.Json;
using Slipway.Engines.OnnxRuntime;
using Slipway.Kernel;
using Slipway.Serving.Runtimes;
using Slipway.Serving.Scoring;

namespace Slipway.Serving.Protocol;

/// <summary>
/// Reads "data" straight into the engine's memory: a flat list, or lists in lists of the tensor's shape.
/// </summary>
/// <param name="shape">What the request announced; its product fits the memory.</param>
internal readonly ref struct TensorData(ScoringSlot slot, TensorPlan input, ReadOnlySpan<long> shape)
{
    private readonly ScoringSlot _slot = slot;
    private readonly TensorPlan _input = input;
    private readonly ReadOnlySpan<long> _shape = shape;

    /// <summary>The reader stands on the first token of the data, and afterwards on its last.</summary>
    public void Read(scoped ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw SlipwayException.Invalid($"'data' of input '{_input.Name}' is not a list.");

        var memory = _slot.Runner.Inputs[_input.Index];
        switch (_input.ElementType)
        {
            case OnnxElementType.Float:
                Numbers<float, FloatElement>(ref reader, memory.Span<float>());
                break;
            case OnnxElementType.Double:
                Numbers<double, DoubleElement>(ref reader, memory.Span<double>());
                break;
            case OnnxElementType.Float16:
                Numbers<Half, HalfElement>(ref reader, memory.Span<Half>());
                break;
            case OnnxElementType.BFloat16:
                Numbers<BFloat16, BFloat16Element>(ref reader, memory.Span<BFloat16>());
                break;
            case OnnxElementType.Bool:
                Numbers<bool, BoolElement>(ref reader, memory.Span<bool>());
                break;
            case OnnxElementType.String:
                Texts(ref reader);
                break;
            default:
                ReadIntegers(ref reader, memory);
                break;
        }
    }

    private void ReadIntegers(scoped ref Utf8JsonReader reader, InputMemory memory)
    {
        switch (_input.ElementType)
        {
            case OnnxElementType.Int64:
                Numbers<long, Int64Element>(ref reader, memory.Span<long>());
                break;
            case OnnxElementType.Int32:
                Numbers<int, Int32Element>(ref reader, memory.Span<int>());
                break;
            case OnnxElementType.Int16:
                Numbers<short, Int16Element>(ref reader, memory.Span<short>());
                break;
            case OnnxElementType.Int8:
                Numbers<sbyte, Int8Element>(ref reader, memory.Span<sbyte>());
                break;
            case OnnxElementType.UInt64:
                Numbers<ulong, UInt64Element>(ref reader, memory.Span<ulong>());
                break;
            case OnnxElementType.UInt32:
                Numbers<uint, UInt32Element>(ref reader, memory.Span<uint>());
                break;
            case OnnxElementType.UInt16:
                Numbers<ushort, UInt16Element>(ref reader, memory.Span<ushort>());
                break;
            default:
                Numbers<byte, UInt8Element>(ref reader, memory.Span<byte>());
                break;
        }
    }

    private void Numbers<T, TElement>(scoped ref Utf8JsonReader reader, Span<T> target)
        where T : unmanaged
        where TElement : IElement<T>
    {
        var nesting = new Nesting(_input, _shape, _slot.Starts);
        while (nesting.Next(ref reader))
        {
            if (!TElement.TryRead(ref reader, out target[nesting.Count]))
                throw Wrong(ref reader, nesting.Count);
            nesting.Count++;
        }
    }

    private void Texts(scoped ref Utf8JsonReader reader)
    {
        var nesting = new Nesting(_input, _shape, _slot.Starts);
        while (nesting.Next(ref reader))
        {
            if (reader.TokenType != JsonTokenType.String)
                throw Wrong(ref reader, nesting.Count);
            if (reader.ValueIsEscaped)
                Unescaped(ref reader, nesting.Count);
            else
                _slot.SetText(_input, nesting.Count, reader.ValueSpan);
            nesting.Count++;
        }
    }

    private void Unescaped(scoped ref Utf8JsonReader reader, int index)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(reader.ValueSpan.Length);
        try
        {
            _slot.SetText(_input, index, buffer.AsSpan(0, reader.CopyString(buffer)));
        }
        catch (InvalidOperationException)
        {
            // "\ud800": half of a character.
            throw Wrong(ref reader, index);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private SlipwayException Wrong(scoped ref Utf8JsonReader reader, int index)
    {
        var text = reader.TokenType is JsonTokenType.StartObject ? "an object" : Encoding.UTF8.GetString(reader.ValueSpan);
        if (text.Length > 40)
            text = text[..37] + "...";
        var row = _input.HasRows ? $"row {index / Math.Max(1, _input.RowLength)}" : $"element {index}";
        return SlipwayException.Invalid($"Input '{_input.Name}' ({_input.DataType}), {row}: {text} is not {Wanted(_input.ElementType)}.");
    }

    /// <summary>What a value of the type is, for a message.</summary>
    public static string Wanted(OnnxElementType type) => type switch
    {
        _ when type.IsFloating() => "a finite number, nor null",
        OnnxElementType.String => "a text",
        OnnxElementType.Bool => "true or false",
        _ => "a whole number in its range",
    };

    /// <summary>Where the reader is in lists of lists, and whether they have the announced shape.</summary>
    private ref struct Nesting(TensorPlan input, ReadOnlySpan<long> shape, int[] starts)
    {
        private readonly TensorPlan _input = input;
        private readonly ReadOnlySpan<long> _shape = shape;
        private readonly long _total = Product(shape);
        private readonly int[] _starts = starts;
        private int _depth = 1;
        private int _valueDepth;

        /// <summary>Elements read until now.</summary>
        public int Count;

        /// <summary>True: the reader stands on an element. False: the data is complete.</summary>
        public bool Next(scoped ref Utf8JsonReader reader)
        {
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartArray:
                        Open();
                        break;
                    case JsonTokenType.EndArray when _depth == 1:
                        return Count == _total ? false : throw WrongCount();
                    case JsonTokenType.EndArray:
                        Close();
                        break;
                    default:
                        CheckPlace();
                        return true;
                }
            }

            return false;
        }

        private static long Product(ReadOnlySpan<long> shape)
        {
            var product = 1L;
            foreach (var dim in shape)
                product *= dim;
            return product;
        }

        private void Open()
        {
            if (_depth >= _shape.Length || (_valueDepth != 0 && _depth >= _valueDepth))
                throw WrongNesting();
            _starts[_depth++] = Count;
        }

        private void Close()
        {
            _depth--;
            if (Count - _starts[_depth] != Product(_shape[_depth..]))
                throw WrongNesting();
        }

        private void CheckPlace()
        {
            if (_valueDepth == 0 && (_depth == 1 || _depth == _shape.Length))
                _valueDepth = _depth;
            if (_depth != _valueDepth)
                throw WrongNesting();
            if (Count == _total)
                throw WrongCount();
        }

        private SlipwayException WrongCount() => SlipwayException.Invalid(
            $"'data' of input '{_input.Name}' has {(Count == _total ? "more than " : "")}{Count} elements; its shape "
            + $"{TensorPlan.ShapeText(_shape)} says {_total}.");

        private SlipwayException WrongNesting() => SlipwayException.Invalid(
            $"'data' of input '{_input.Name}' is neither a flat list nor lists of the shape {TensorPlan.ShapeText(_shape)}.");
    }
}
