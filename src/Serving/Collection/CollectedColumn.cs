using Slipway.Engines.DuckDb;
using Slipway.Engines.OnnxRuntime;
using Slipway.Serving.Runtimes;
using Slipway.Serving.Scoring;
using Slipway.Statistics.Drift;
using Slipway.Statistics.Profiles;

namespace Slipway.Serving.Collection;

/// <summary>One column of collected values, in memory until its segment is written.</summary>
internal abstract class CollectedColumn(string name, DuckDbTypeId type)
{
    public string Name { get; } = name;

    public DuckDbTypeId Type { get; } = type;

    /// <summary>Copies what the request in hand has for this column.</summary>
    public abstract void Append(ScoringSlot slot);

    /// <summary>What its values are to a profile; null: nothing of them may be told.</summary>
    public abstract FeatureType? ProfiledAs { get; }

    /// <summary>Counts what the request in hand has for this column; allocates nothing.</summary>
    public abstract void Profile(ScoringSlot slot, AnswerColumn profile);

    /// <summary>Sets some rows of a chunk.</summary>
    public abstract void Fill(DuckDbDataChunk chunk, int column, int start, int rows);

    public abstract void Clear();
}

/// <summary>Values of a fixed size. The source is a tensor's memory, from which every so many-th element is taken.</summary>
internal abstract class NumberColumn<T>(string name, DuckDbTypeId type) : CollectedColumn(name, type)
    where T : unmanaged
{
    private const int ProfiledAtOnce = 256;

    private T[] _values = [];
    private int _count;

    public override FeatureType? ProfiledAs => typeof(T) == typeof(bool) ? FeatureType.Categorical : FeatureType.Numeric;

    public override void Append(ScoringSlot slot) => Read(slot, 0, Add(slot.Rows));

    public override void Profile(ScoringSlot slot, AnswerColumn profile)
    {
        var most = Math.Min(slot.Rows, ProfiledAtOnce);
        Span<T> values = stackalloc T[most];
        Span<double> numbers = stackalloc double[most];
        for (var row = 0; row < slot.Rows; row += most)
        {
            var rows = Math.Min(most, slot.Rows - row);
            Read(slot, row, values[..rows]);
            if (typeof(T) == typeof(bool))
            {
                foreach (var value in values[..rows])
                    profile.Add((bool)(object)value ? "true"u8 : "false"u8);
                continue;
            }

            for (var i = 0; i < rows; i++)
                numbers[i] = Number(values[i]);
            profile.Add(numbers[..rows]);
        }
    }

    public override void Fill(DuckDbDataChunk chunk, int column, int start, int rows) =>
        chunk.Set<T>(column, _values.AsSpan(start, rows));

    public override void Clear() => _count = 0;

    /// <summary>Copies rows of the request in hand.</summary>
    /// <param name="row">The first one.</param>
    protected abstract void Read(ScoringSlot slot, int row, Span<T> target);

    private Span<T> Add(int rows)
    {
        if (_values.Length < _count + rows)
            Array.Resize(ref _values, Math.Max(_count + rows, Math.Max(1024, _values.Length * 2)));
        _count += rows;
        return _values.AsSpan(_count - rows, rows);
    }

    protected static void Copy(ReadOnlySpan<T> source, int offset, int stride, Span<T> target)
    {
        if (stride == 1)
        {
            source.Slice(offset, target.Length).CopyTo(target);
            return;
        }

        for (var row = 0; row < target.Length; row++)
            target[row] = source[(row * stride) + offset];
    }

    // The compiler knows T and leaves one of these, without a box.
    private static double Number(T value) => value switch
    {
        float number => number,
        double number => number,
        long number => number,
        int number => number,
        short number => number,
        sbyte number => number,
        ulong number => number,
        uint number => number,
        ushort number => number,
        byte number => number,
        _ => double.NaN,
    };
}

internal sealed class InputColumn<T>(string name, DuckDbTypeId type, int input, int offset, int stride)
    : NumberColumn<T>(name, type)
    where T : unmanaged
{
    protected override void Read(ScoringSlot slot, int row, Span<T> target) =>
        Copy(slot.Runner.Inputs[input].Span<T>(), (row * stride) + offset, stride, target);
}

internal sealed class OutputColumn<T>(string name, DuckDbTypeId type, int output, int offset, int stride)
    : NumberColumn<T>(name, type)
    where T : unmanaged
{
    protected override void Read(ScoringSlot slot, int row, Span<T> target) =>
        Copy(slot.Runner.Outputs[output].Span<T>(), (row * stride) + offset, stride, target);
}

/// <summary>Floats of two bytes, which DuckDB does not have: kept as floats.</summary>
internal sealed class ShortFloatColumn<T>(string name, int index, bool isInput, int offset, int stride, Func<T, float> widen)
    : NumberColumn<float>(name, DuckDbTypeId.Float)
    where T : unmanaged
{
    protected override void Read(ScoringSlot slot, int row, Span<float> target)
    {
        var source = isInput ? slot.Runner.Inputs[index].Span<T>() : slot.Runner.Outputs[index].Span<T>();
        for (var i = 0; i < target.Length; i++)
            target[i] = widen(source[((row + i) * stride) + offset]);
    }
}

/// <summary>The greatest value of each row: the score of a classifier of many classes.</summary>
internal sealed class GreatestColumn(string name, TensorPlan output) : NumberColumn<double>(name, DuckDbTypeId.Double)
{
    protected override void Read(ScoringSlot slot, int row, Span<double> target)
    {
        var source = slot.Runner.Outputs[output.Index];
        for (var at = 0; at < target.Length; at++)
        {
            var greatest = double.NegativeInfinity;
            for (var i = (row + at) * output.RowLength; i < (row + at + 1) * output.RowLength; i++)
            {
                greatest = Math.Max(greatest, source.ElementType switch
                {
                    OnnxElementType.Double => source.Span<double>()[i],
                    OnnxElementType.Float16 => (double)source.Span<Half>()[i],
                    OnnxElementType.BFloat16 => (float)source.Span<BFloat16>()[i],
                    _ => source.Span<float>()[i],
                });
            }

            target[at] = greatest;
        }
    }
}

/// <summary>Texts, as UTF-8 one after the other.</summary>
internal sealed class TextColumn(string name, int index, bool isInput, int offset, int stride)
    : CollectedColumn(name, DuckDbTypeId.Varchar)
{
    private readonly TextCapture _texts = new();
    private readonly List<int> _offsets = [];

    public override FeatureType? ProfiledAs => FeatureType.Categorical;

    public override void Append(ScoringSlot slot)
    {
        for (var row = 0; row < slot.Rows; row++)
            _texts.Add(Text(slot, row));
    }

    public override void Profile(ScoringSlot slot, AnswerColumn profile)
    {
        for (var row = 0; row < slot.Rows; row++)
            profile.Add(Text(slot, row));
    }

    public override void Fill(DuckDbDataChunk chunk, int column, int start, int rows)
    {
        var bytes = _texts.Slice(start, rows, _offsets);
        chunk.Set(column, bytes, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_offsets));
    }

    public override void Clear() => _texts.Clear();

    private ReadOnlySpan<byte> Text(ScoringSlot slot, int row)
    {
        var place = (row * stride) + offset;
        return isInput ? slot.Texts[index]![place] : slot.Runner.Outputs[index].Text(place);
    }
}
