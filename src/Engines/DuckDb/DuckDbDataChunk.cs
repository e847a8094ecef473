using System.Buffers;
using System.Text;

namespace Slipway.Engines.DuckDb;

/// <summary>
/// Up to <see cref="Capacity"/> rows to append, filled column by column from spans. The first column that is set says
/// how many rows there are; a column that is not set holds nothing useful.
/// </summary>
public sealed unsafe class DuckDbDataChunk : IDisposable
{
    private readonly DuckDbType[] _types;
    private readonly bool _isEngines;
    private nint _chunk;

    public DuckDbDataChunk(params ReadOnlySpan<DuckDbTypeId> types)
    {
        _types = new DuckDbType[types.Length];
        var native = new nint[types.Length];
        for (var i = 0; i < types.Length; i++)
        {
            _types[i] = new DuckDbType(types[i]);
            native[i] = Native.duckdb_create_logical_type(types[i]);
        }

        fixed (nint* first = native)
        {
            _chunk = Native.duckdb_create_data_chunk(first, (ulong)native.Length);
            for (var i = 0; i < native.Length; i++)
                Native.duckdb_destroy_logical_type(first + i);
        }

        if (_chunk == 0)
            throw new ArgumentException("A chunk cannot have columns of these types.", nameof(types));
    }

    /// <summary>Over a chunk of the engine, which keeps it.</summary>
    internal DuckDbDataChunk(DuckDbType[] types, nint chunk)
    {
        (_types, _chunk, _isEngines) = (types, chunk, true);
        Native.duckdb_data_chunk_set_size(chunk, 0);
    }

    ~DuckDbDataChunk() => Free();

    /// <summary>The most rows of one chunk: 2,048.</summary>
    public static int Capacity { get; } = (int)Native.duckdb_vector_size();

    public int ColumnCount => _types.Length;

    public int RowCount { get; private set; }

    internal nint Handle
    {
        get
        {
            ObjectDisposedException.ThrowIf(_chunk == 0, this);
            return _chunk;
        }
    }

    /// <summary>
    /// Sets a column of fixed-size values as DuckDB stores them (see <see cref="DuckDbVector.Values"/>).
    /// </summary>
    /// <param name="valid">False where the value is null; empty when none is.</param>
    public void Set<T>(int column, ReadOnlySpan<T> values, ReadOnlySpan<bool> valid = default)
        where T : unmanaged
    {
        if (sizeof(T) != PhysicalType.Size(_types[column]))
            throw new ArgumentException($"A {_types[column]} is not stored as {typeof(T).Name}.", nameof(values));
        var vector = Begin(column, values.Length);
        values.CopyTo(new Span<T>(Native.duckdb_vector_get_data(vector), values.Length));
        if (!valid.IsEmpty)
            SetValidity(vector, values.Length, valid);
    }

    /// <summary>Sets a VARCHAR column.</summary>
    public void Set(int column, ReadOnlySpan<string?> values)
    {
        var vector = BeginText(column, values.Length);
        var texts = (Int128*)Native.duckdb_vector_get_data(vector);
        var buffer = ArrayPool<byte>.Shared.Rent(1024);
        for (var row = 0; row < values.Length; row++)
        {
            if (values[row] is not { } text)
            {
                SetNull(vector, row);
                continue;
            }

            // The same text again is not encoded and copied again.
            if (row > 0 && ReferenceEquals(text, values[row - 1]))
            {
                texts[row] = texts[row - 1];
                continue;
            }

            if (Encoding.UTF8.GetMaxByteCount(text.Length) > buffer.Length)
            {
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
            }

            Assign(vector, texts, row, buffer.AsSpan(0, Encoding.UTF8.GetBytes(text, buffer)));
        }

        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>
    /// Sets a VARCHAR (UTF-8) or BLOB column: row i is <paramref name="bytes"/> from offsets[i] to offsets[i + 1].
    /// </summary>
    public void Set(int column, ReadOnlySpan<byte> bytes, ReadOnlySpan<int> offsets, ReadOnlySpan<bool> valid = default)
    {
        var vector = BeginText(column, offsets.Length - 1);
        var texts = (Int128*)Native.duckdb_vector_get_data(vector);
        if (_types[column].Id == DuckDbTypeId.Varchar && !System.Text.Unicode.Utf8.IsValid(bytes))
            throw new ArgumentException("The text is not UTF-8.", nameof(bytes));
        for (var row = 0; row < offsets.Length - 1; row++)
        {
            if (valid.IsEmpty || valid[row])
                Assign(vector, texts, row, bytes[offsets[row]..offsets[row + 1]]);
            else
                SetNull(vector, row);
        }
    }

    /// <summary>Empties the chunk, to fill it again.</summary>
    public void Reset()
    {
        Native.duckdb_data_chunk_reset(Handle);
        RowCount = 0;
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private nint BeginText(int column, int rows) => PhysicalType.IsText(_types[column])
        ? Begin(column, rows)
        : throw new ArgumentException($"A {_types[column]} is not stored as text.", nameof(column));

    private nint Begin(int column, int rows)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, Capacity);
        if (RowCount == 0)
        {
            RowCount = rows;
            Native.duckdb_data_chunk_set_size(Handle, (ulong)rows);
        }

        return rows == RowCount
            ? Native.duckdb_data_chunk_get_vector(Handle, (ulong)column)
            : throw new ArgumentException($"The chunk has {RowCount} rows, but column {column} was given {rows}.");
    }

    private static void Assign(nint vector, Int128* texts, int row, ReadOnlySpan<byte> text)
    {
        if (text.Length <= PhysicalType.InlinedText)
        {
            texts[row] = text.Length;
            text.CopyTo(new Span<byte>((byte*)(texts + row) + sizeof(int), PhysicalType.InlinedText));
            return;
        }

        // Unsafe only in that it does not look at the encoding, which the callers have done.
        fixed (byte* bytes = text)
            Native.duckdb_unsafe_vector_assign_string_element_len(vector, (ulong)row, bytes, (ulong)text.Length);
    }

    private static void SetNull(nint vector, int row)
    {
        Native.duckdb_vector_ensure_validity_writable(vector);
        Native.duckdb_vector_get_validity(vector)[row >> 6] &= ~(1ul << (row & 63));
    }

    private static void SetValidity(nint vector, int rows, ReadOnlySpan<bool> valid)
    {
        if (valid.Length != rows)
            throw new ArgumentException($"{rows} values, but {valid.Length} flags.", nameof(valid));
        if (!valid.Contains(false))
            return;
        Native.duckdb_vector_ensure_validity_writable(vector);
        var mask = Native.duckdb_vector_get_validity(vector);
        for (var row = 0; row < rows; row++)
        {
            if (!valid[row])
                mask[row >> 6] &= ~(1ul << (row & 63));
        }
    }

    private void Free()
    {
        if (!_isEngines)
        {
            fixed (nint* chunk = &_chunk)
                Native.duckdb_destroy_data_chunk(chunk);
        }

        _chunk = 0;
    }
}
