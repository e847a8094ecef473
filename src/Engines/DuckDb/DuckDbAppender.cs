using System.Buffers;
using System.Text;

namespace Slipway.Engines.DuckDb;

/// <summary>
/// Appends many rows to a table: value by value with <see cref="EndRow"/>, or column by column. Rows are written in
/// batches, as they come, and the last ones by <see cref="Close"/>; an appender that is disposed without Close drops what it has not
/// written yet. Wrap it in a transaction to append all or nothing.
/// </summary>
public sealed unsafe class DuckDbAppender : IDisposable
{
    private readonly DuckDbConnection _connection;
    private readonly AppenderHandle _handle;

    internal DuckDbAppender(DuckDbConnection connection, string table, string? schema, string? catalog)
    {
        nint appender = 0;
        _connection = connection;
        connection.Statements++;
        var state = Native.duckdb_appender_create_ext(
            connection.Handle, catalog, schema, NativeText.Whole(table), &appender);
        if (state != Native.Success)
        {
            var error = NativeText.Error(
                Native.duckdb_appender_error(appender), $"DuckDB cannot append to '{table}'.");
            _ = Native.duckdb_appender_destroy(&appender);
            throw error;
        }

        _handle = new AppenderHandle(appender);
    }

    public int ColumnCount => (int)Native.duckdb_appender_column_count(_handle);

    public DuckDbAppender Append(bool value) => Check(Native.duckdb_append_bool(_handle, value ? (byte)1 : (byte)0));

    public DuckDbAppender Append(int value) => Check(Native.duckdb_append_int32(_handle, value));

    public DuckDbAppender Append(long value) => Check(Native.duckdb_append_int64(_handle, value));

    public DuckDbAppender Append(float value) => Check(Native.duckdb_append_float(_handle, value));

    public DuckDbAppender Append(double value) => Check(Native.duckdb_append_double(_handle, value));

    public DuckDbAppender Append(DateTimeOffset value) =>
        Check(Native.duckdb_append_timestamp(_handle, new NativeInt64(NativeTime.Micros(value))));

    public DuckDbAppender Append(ReadOnlySpan<byte> blob)
    {
        byte none = 0;
        fixed (byte* bytes = blob)
            return Check(Native.duckdb_append_blob(_handle, bytes is null ? &none : bytes, (ulong)blob.Length));
    }

    public DuckDbAppender Append(string? value)
    {
        if (value is null)
            return AppendNull();
        var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(value.Length));
        var length = Encoding.UTF8.GetBytes(value, buffer);
        int state;
        fixed (byte* bytes = buffer)
            state = Native.duckdb_append_varchar_length(_handle, bytes, (ulong)length);
        ArrayPool<byte>.Shared.Return(buffer);
        return Check(state);
    }

    /// <summary>Appends a value of any type that can be a parameter: decimal, Guid, a list …</summary>
    public DuckDbAppender AppendValue(object? value)
    {
        var native = NativeValue.Create(value);
        try
        {
            return Check(Native.duckdb_append_value(_handle, native));
        }
        finally
        {
            NativeValue.Destroy(native);
        }
    }

    public DuckDbAppender AppendNull() => Check(Native.duckdb_append_null(_handle));

    /// <summary>The default of the table's column.</summary>
    public DuckDbAppender AppendDefault() => Check(Native.duckdb_append_default(_handle));

    public void EndRow()
    {
        _connection.Statements++;
        Check(Native.duckdb_appender_end_row(_handle));
    }

    public void AppendRow(params ReadOnlySpan<object?> values)
    {
        foreach (var value in values)
            AppendValue(value);
        EndRow();
    }

    /// <summary>Appends the rows of the chunk, which may be reset and filled again.</summary>
    public void Append(DuckDbDataChunk chunk)
    {
        _connection.Statements++;
        Check(Native.duckdb_append_data_chunk(_handle, chunk.Handle));
        GC.KeepAlive(chunk);
    }

    /// <summary>Appends columns of any equal length, in the order of the table's.</summary>
    public void AppendColumns(params ReadOnlySpan<DuckDbColumn> columns)
    {
        if (columns.IsEmpty)
            return;
        var rows = columns[0].Length;
        var types = new DuckDbTypeId[columns.Length];
        for (var i = 0; i < columns.Length; i++)
        {
            types[i] = columns[i].Type;
            if (columns[i].Length != rows)
                throw new ArgumentException($"Column 0 has {rows} rows, but column {i} has {columns[i].Length}.");
        }

        using var chunk = new DuckDbDataChunk(types);
        for (var start = 0; start < rows; start += DuckDbDataChunk.Capacity)
        {
            var range = start..Math.Min(start + DuckDbDataChunk.Capacity, rows);
            chunk.Reset();
            for (var i = 0; i < columns.Length; i++)
                columns[i].Fill(chunk, i, range);
            Append(chunk);
        }
    }

    /// <summary>Writes what was appended until now.</summary>
    public void Flush()
    {
        _connection.Statements++;
        Check(Native.duckdb_appender_flush(_handle));
    }

    /// <summary>Writes the rest and ends the appender.</summary>
    public void Close()
    {
        _connection.Statements++;
        Check(Native.duckdb_appender_close(_handle));
        _handle.Dispose();
    }

    public void Dispose()
    {
        if (_handle.IsClosed)
            return;
        _connection.Statements++;
        _ = Native.duckdb_appender_clear(_handle);
        _handle.Dispose();
    }

    private DuckDbAppender Check(int state) => state == Native.Success
        ? this
        : throw NativeText.Error(
            Native.duckdb_appender_error(_handle.DangerousGetHandle()), "DuckDB refused the appended value.");
}
