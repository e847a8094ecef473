namespace Slipway.Engines.DuckDb;

/// <summary>
/// The statements of an SQL text. Each is prepared only after those before it ran, since it may use what they make.
/// </summary>
internal sealed unsafe class Script : IDisposable
{
    private readonly DuckDbConnection _connection;
    private nint _statements;

    private Script(DuckDbConnection connection, nint statements, int length)
    {
        _connection = connection;
        _statements = statements;
        Length = length;
    }

    public int Length { get; }

    public static Script Parse(DuckDbConnection connection, string sql)
    {
        ObjectDisposedException.ThrowIf(connection.Handle.IsClosed, connection);
        nint statements = 0;
        var count = (int)Native.duckdb_extract_statements(connection.Handle, NativeText.Whole(sql), &statements);
        if (count > 0)
            return new Script(connection, statements, count);

        var error = NativeText.Error(
            Native.duckdb_extract_statements_error(statements), "The SQL text holds no statement.");
        Native.duckdb_destroy_extracted(&statements);
        throw error;
    }

    public DuckDbStatement Prepare(int index)
    {
        nint prepared = 0;
        var state = Native.duckdb_prepare_extracted_statement(
            _connection.Handle, _statements, (ulong)index, &prepared);
        if (state == Native.Success)
            return new DuckDbStatement(_connection, new PreparedHandle(prepared));

        var error = NativeText.Error(Native.duckdb_prepare_error(prepared), "The statement cannot be prepared.");
        Native.duckdb_destroy_prepare(&prepared);
        throw error;
    }

    public void Dispose()
    {
        fixed (nint* statements = &_statements)
            Native.duckdb_destroy_extracted(statements);
    }
}
