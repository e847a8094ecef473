using System.Runtime.CompilerServices;
using System.Text;

namespace Slipway.Engines.DuckDb;

/// <summary>A column of a chunk, read in place: spans over the engine's own memory.</summary>
public readonly unsafe ref struct DuckDbVector
{
    private readonly nint _vector;
    private readonly byte* _data;
    private readonly ulong* _validity;

    internal DuckDbVector(nint vector, DuckDbType type, int count)
    {
        _vector = vector;
        _data = Native.duckdb_vector_get_data(vector);
        _validity = Native.duckdb_vector_get_validity(vector);
        Type = type;
        Count = count;
    }

    public DuckDbType Type { get; }

    public int Count { get; }

    /// <summary>No value is null, so <see cref="IsValid"/> need not be asked.</summary>
    public bool AllValid => _validity is null;

    /// <summary>The elements of all lists of a LIST or ARRAY column; <see cref="Range"/> says which are whose.</summary>
    public DuckDbVector Elements => Type.Id switch
    {
        DuckDbTypeId.List => new(
            Native.duckdb_list_vector_get_child(_vector), Type.Element!, (int)Native.duckdb_list_vector_get_size(_vector)),
        DuckDbTypeId.Array => new(
            Native.duckdb_array_vector_get_child(_vector), Type.Element!, Count * Type.ArraySize),
        DuckDbTypeId.Map => new(
            Native.duckdb_list_vector_get_child(_vector),
            new DuckDbType(DuckDbTypeId.Struct) { Fields = Type.Fields },
            (int)Native.duckdb_list_vector_get_size(_vector)),
        _ => throw new InvalidOperationException($"A {Type} has no elements."),
    };

    /// <summary>False where the value is null; what Values holds there is undefined.</summary>
    public bool IsValid(int row)
    {
        Check(row);
        return _validity is null || (_validity[row >> 6] & (1ul << (row & 63))) != 0;
    }

    /// <summary>
    /// The values as they lie in memory. T has the size of the stored type: bool, the integers, float, double as such;
    /// DATE int (days), times and timestamps long (in their unit, from 1970), HUGEINT and UUID Int128, DECIMAL the
    /// smallest integer that holds its width, ENUM byte, ushort or uint.
    /// </summary>
    public ReadOnlySpan<T> Values<T>()
        where T : unmanaged
    {
        if (sizeof(T) != PhysicalType.Size(Type))
            throw new InvalidOperationException($"A {Type} is not stored as {typeof(T).Name}.");
        return new ReadOnlySpan<T>(_data, Count);
    }

    /// <summary>The bytes of a VARCHAR, BLOB or BIT, in place.</summary>
    public ReadOnlySpan<byte> GetUtf8(int row)
    {
        Check(row);
        if (!PhysicalType.IsText(Type))
            throw new InvalidOperationException($"A {Type} is not stored as text.");

        var text = _data + (row * (long)PhysicalType.TextSize);
        var length = *(int*)text;
        return new ReadOnlySpan<byte>(length <= PhysicalType.InlinedText ? text + 4 : *(byte**)(text + 8), length);
    }

    public string GetString(int row) => Encoding.UTF8.GetString(GetUtf8(row));

    /// <summary>Where the elements of a LIST, ARRAY or MAP row are in <see cref="Elements"/>.</summary>
    public Range Range(int row)
    {
        Check(row);
        if (Type.Id == DuckDbTypeId.Array)
            return new Range(row * Type.ArraySize, (row + 1) * Type.ArraySize);
        var entry = ((NativeListEntry*)_data)[row];
        return new Range((int)entry.Offset, (int)(entry.Offset + entry.Length));
    }

    /// <summary>A member of a STRUCT or UNION column.</summary>
    public DuckDbVector Field(int index) => new(
        Native.duckdb_struct_vector_get_child(_vector, (ulong)(Type.Id == DuckDbTypeId.Union ? index + 1 : index)),
        Type.Fields[index].Type,
        Count);

    /// <summary>
    /// The value as a .NET object, null if it is null: integers as such (Int128 for HUGEINT), decimal (text beyond 28
    /// digits), string, byte[], DateOnly, TimeOnly, DateTime (naive), DateTimeOffset (with time zone), Guid,
    /// <see cref="DuckDbInterval"/>, object?[] for LIST and ARRAY, Dictionary by name for STRUCT, a list of pairs for
    /// MAP, ENUM and BIT as text. ±infinity is the greatest or least time.
    /// </summary>
    public object? GetValue(int row) => IsValid(row) ? VectorReader.Read(this, row) : null;

    internal T At<T>(int row)
        where T : unmanaged => Unsafe.ReadUnaligned<T>(_data + (row * (long)sizeof(T)));

    /// <summary>Which member of a UNION the row holds.</summary>
    internal int Tag(int row) => Native.duckdb_vector_get_data(Native.duckdb_struct_vector_get_child(_vector, 0))[row];

    private void Check(int row)
    {
        if ((uint)row >= (uint)Count)
            throw new ArgumentOutOfRangeException(nameof(row), row, $"The chunk has {Count} rows.");
    }
}
