using Slipway.Engines.DuckDb;
using Slipway.Engines.OnnxRuntime;
using Slipway.Serving.Runtimes;
using Slipway.Serving.Scoring;

namespace Slipway.Serving.Collection;

/// <summary>One column of collected values, in memory until its segment is written.</summary>
internal abstract class CollectedColumn(string name, DuckDbTypeId type)
{
    public string Name { get; } = name;

    public DuckDbTypeId Type { get; } = type;

    /// <summary>Copies what the request in hand has for this column.</summary>
    public abstract void Append(ScoringSlot slot);

    /// <summary>Sets some rows of a chunk.</summary>
    public abstract void Fill(DuckDbDataChunk chunk, int column, int start, int rows);

    public abstract void Clear();
}

/// <summary>Values of a fixed size. The source is a tensor's memory, from which every so many-th element is taken.</summary>
internal abstract class NumberColumn<T>(string name, DuckDbTypeId type) : CollectedColumn(name, type)
    where T : unmanaged
{
    private T[] _values = [];
    private int _count;

    public override void Fill(DuckDbDataChunk chunk, int column, int start, int rows) =>
        chunk.Set<T>(column, _values.AsSpan(start, rows));

    public override void Clear() => _count = 0;

    protected Span<T> Add(int rows)
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
            source[..target.Length].CopyTo(target);
            return;
        }

        for (var row = 0; row < target.Length; row++)
            target[row] = source[(row * stride) + offset];
    }
}

internal sealed class InputColumn<T>(string name, DuckDbTypeId type, int input, int offset, int stride)
    : NumberColumn<T>(name, type)
    where T : unmanaged
{
    public override void Append(ScoringSlot slot) =>
        Copy(slot.Runner.Inputs[input].Span<T>(), offset, stride, Add(slot.Rows));
}

internal sealed class OutputColumn<T>(string name, DuckDbTypeId type, int output, int offset, int stride)
    : NumberColumn<T>(name, type)
    where T : unmanaged
{
    public override void Append(ScoringSlot slot) =>
        Copy(slot.Runner.Outputs[output].Span<T>(), offset, stride, Add(slot.Rows));
}

/// <summary>Half floats, which DuckDB does not have: kept as floats.</summary>
internal sealed class HalfColumn(string name, int index, bool isInput, int offset, int stride)
    : NumberColumn<float>(name, DuckDbTypeId.Float)
{
    public override void Append(ScoringSlot slot)
    {
        var source = isInput ? slot.Runner.Inputs[index].Span<Half>() : slot.Runner.Outputs[index].Span<Half>();
        var target = Add(slot.Rows);
        for (var row = 0; row < target.Length; row++)
            target[row] = (float)source[(row * stride) + offset];
    }
}

/// <summary>The greatest value of each row: the score of a classifier of many classes.</summary>
internal sealed class GreatestColumn(string name, TensorPlan output) : NumberColumn<double>(name, DuckDbTypeId.Double)
{
    public override void Append(ScoringSlot slot)
    {
        var source = slot.Runner.Outputs[output.Index];
        var target = Add(slot.Rows);
        for (var row = 0; row < target.Length; row++)
        {
            var greatest = double.NegativeInfinity;
            for (var i = row * output.RowLength; i < (row + 1) * output.RowLength; i++)
            {
                greatest = Math.Max(greatest, output.ElementType == OnnxElementType.Double
                    ? source.Span<double>()[i]
                    : source.Span<float>()[i]);
            }

            target[row] = greatest;
        }
    }
}

/// <summary>Texts, as UTF-8 one after the other.</summary>
internal sealed class TextColumn(string name, int index, bool isInput, int offset, int stride)
    : CollectedColumn(name, DuckDbTypeId.Varchar)
{
    private readonly TextCapture _texts = new();
    private readonly List<int> _offsets = [];

    public override void Append(ScoringSlot slot)
    {
        var input = isInput ? slot.Texts[index] : null;
        var output = isInput ? null : slot.Runner.Outputs[index];
        for (var row = 0; row < slot.Rows; row++)
        {
            var place = (row * stride) + offset;
            _texts.Add(input is null ? output!.Text(place) : input[place]);
        }
    }

    public override void Fill(DuckDbDataChunk chunk, int column, int start, int rows)
    {
        var bytes = _texts.Slice(start, rows, _offsets);
        chunk.Set(column, bytes, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_offsets));
    }

    public override void Clear() => _texts.Clear();
}
