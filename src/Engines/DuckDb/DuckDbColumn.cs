namespace Slipway.Engines.DuckDb;

/// <summary>A whole column of values to append. DuckDB casts it to the type of the table's column.</summary>
public abstract class DuckDbColumn
{
    private protected DuckDbColumn(DuckDbTypeId type, int length)
    {
        Type = type;
        Length = length;
    }

    public DuckDbTypeId Type { get; }

    public int Length { get; }

    /// <summary>A column of bool, an integer type, float or double.</summary>
    /// <param name="valid">False where the value is null; empty when none is.</param>
    public static DuckDbColumn Of<T>(ReadOnlyMemory<T> values, ReadOnlyMemory<bool> valid = default)
        where T : unmanaged => new Fixed<T>(TypeOf<T>(), values, valid);

    /// <inheritdoc cref="Of{T}(ReadOnlyMemory{T}, ReadOnlyMemory{bool})"/>
    public static DuckDbColumn Of<T>(T[] values, bool[]? valid = null)
        where T : unmanaged => new Fixed<T>(TypeOf<T>(), values, valid);

    /// <summary>A column of texts; null is null.</summary>
    public static DuckDbColumn OfText(ReadOnlyMemory<string?> values) => new Text(values);

    /// <summary>A column of points in time, in microseconds since 1970.</summary>
    public static DuckDbColumn OfMicros(ReadOnlyMemory<long> values, ReadOnlyMemory<bool> valid = default) =>
        new Fixed<long>(DuckDbTypeId.Timestamp, values, valid);

    internal abstract void Fill(DuckDbDataChunk chunk, int column, Range rows);

    private static DuckDbTypeId TypeOf<T>() => default(T) switch
    {
        bool => DuckDbTypeId.Boolean,
        sbyte => DuckDbTypeId.TinyInt,
        byte => DuckDbTypeId.UTinyInt,
        short => DuckDbTypeId.SmallInt,
        ushort => DuckDbTypeId.USmallInt,
        int => DuckDbTypeId.Integer,
        uint => DuckDbTypeId.UInteger,
        long => DuckDbTypeId.BigInt,
        ulong => DuckDbTypeId.UBigInt,
        float => DuckDbTypeId.Float,
        double => DuckDbTypeId.Double,
        _ => throw new ArgumentException($"A column of {typeof(T).Name} cannot be appended."),
    };

    private sealed class Fixed<T>(DuckDbTypeId type, ReadOnlyMemory<T> values, ReadOnlyMemory<bool> valid)
        : DuckDbColumn(type, values.Length)
        where T : unmanaged
    {
        internal override void Fill(DuckDbDataChunk chunk, int column, Range rows) =>
            chunk.Set(column, values.Span[rows], valid.IsEmpty ? default : valid.Span[rows]);
    }

    private sealed class Text(ReadOnlyMemory<string?> values) : DuckDbColumn(DuckDbTypeId.Varchar, values.Length)
    {
        internal override void Fill(DuckDbDataChunk chunk, int column, Range rows) =>
            chunk.Set(column, values.Span[rows]);
    }
}
