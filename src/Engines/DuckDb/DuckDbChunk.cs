namespace Slipway.Engines.DuckDb;

/// <summary>Some rows of a result, column by column. Valid until its result reads on.</summary>
public sealed unsafe class DuckDbChunk
{
    private readonly DuckDbResult _result;
    private nint _chunk;

    internal DuckDbChunk(DuckDbResult result, nint chunk)
    {
        _result = result;
        _chunk = chunk;
        RowCount = (int)Native.duckdb_data_chunk_get_size(chunk);
    }

    public int RowCount { get; }

    public int ColumnCount => _result.Columns.Count;

    internal DuckDbResult Result => _result;

    public DuckDbVector Column(int index)
    {
        ObjectDisposedException.ThrowIf(_chunk == 0, this);
        var type = _result.Columns[index].Type;
        return new DuckDbVector(Native.duckdb_data_chunk_get_vector(_chunk, (ulong)index), type, RowCount);
    }

    public DuckDbVector Column(string name) => Column(_result.IndexOf(name));

    public DuckDbRow Row(int index) => new(this, index);

    internal void Free()
    {
        fixed (nint* chunk = &_chunk)
            Native.duckdb_destroy_data_chunk(chunk);
        _chunk = 0;
    }
}
