using Slipway.Kernel;

namespace Slipway.Engines.DuckDb;

/// <summary>A column of a result.</summary>
public sealed record DuckDbResultColumn(string Name, DuckDbType Type);

/// <summary>
/// The rows of a statement, read once, forward, in chunks of up to 2,048; the engine computes a few chunks ahead of the
/// reader and holds no more. Until it is read to the end or disposed, it keeps its connection busy.
/// </summary>
public sealed unsafe class DuckDbResult : IDisposable
{
    private const int ReturnsChangedRows = 1;

    private readonly DuckDbConnection _connection;
    private readonly CancellationToken _ct;
    private readonly long _statement;
    private NativeResult _result;
    private DuckDbChunk? _chunk;
    private bool _ended;

    internal DuckDbResult(DuckDbConnection connection, NativeResult result, CancellationToken ct)
    {
        _connection = connection;
        _result = result;
        _ct = ct;
        _statement = connection.Statements;
        Columns = ReadColumns(&result);
    }

    ~DuckDbResult() => Free();

    public IReadOnlyList<DuckDbResultColumn> Columns { get; }

    /// <summary>The place of the column of this name (case is ignored).</summary>
    public int IndexOf(string column)
    {
        for (var i = 0; i < Columns.Count; i++)
        {
            if (string.Equals(Columns[i].Name, column, StringComparison.OrdinalIgnoreCase))
                return i;
        }

        var names = Columns.Select(known => known.Name).ToArray();
        throw SlipwayException.Invalid(
            $"The result has no column '{column}'.{Nearest.Hint(column, names)} It has: {string.Join(", ", names)}.");
    }

    /// <summary>The chunks in order. A chunk, and every span of it, is valid until the next one is asked for.</summary>
    public IEnumerable<DuckDbChunk> Chunks()
    {
        while (Fetch() is { } chunk)
            yield return chunk;
    }

    /// <summary>The rows as .NET values (see <see cref="DuckDbVector.GetValue"/>).</summary>
    public IEnumerable<object?[]> Rows()
    {
        foreach (var chunk in Chunks())
        {
            for (var row = 0; row < chunk.RowCount; row++)
                yield return chunk.Row(row).ToArray();
        }
    }

    /// <summary>Makes a list of the rows.</summary>
    public List<T> Read<T>(Func<DuckDbRow, T> map)
    {
        var list = new List<T>();
        foreach (var chunk in Chunks())
        {
            for (var row = 0; row < chunk.RowCount; row++)
                list.Add(map(chunk.Row(row)));
        }

        return list;
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    /// <summary>Reads to the end; the number of rows that the statement changed.</summary>
    internal long Drain()
    {
        var changes = Native.duckdb_result_return_type(_result) == ReturnsChangedRows;
        var changed = 0L;
        foreach (var chunk in Chunks())
        {
            if (changes)
                changed += chunk.Column(0).Values<long>()[0];
        }

        return changed;
    }

    private DuckDbChunk? Fetch()
    {
        ObjectDisposedException.ThrowIf(!_result.IsOpen, this);
        _chunk?.Free();
        _chunk = null;
        if (_ended)
            return null;
        if (_statement != _connection.Statements)
        {
            // DuckDB would end the result here without a word.
            throw new SlipwayException(
                ErrorCode.EngineFailed,
                "Another statement ran on this connection before the result was read; use a connection for each.");
        }

        nint native;
        using (Interruption.Start(_connection, _ct))
            native = Native.duckdb_fetch_chunk(_result);
        if (native != 0)
            return _chunk = new DuckDbChunk(this, native);

        _ended = true;
        ThrowIfFailed();
        return null;
    }

    private void ThrowIfFailed()
    {
        fixed (NativeResult* result = &_result)
        {
            var message = Native.duckdb_result_error(result);
            if (message is null)
                return;
            _ct.ThrowIfCancellationRequested();
            throw NativeText.Error(message, "The result cannot be read.");
        }
    }

    private static DuckDbResultColumn[] ReadColumns(NativeResult* result)
    {
        var columns = new DuckDbResultColumn[Native.duckdb_column_count(result)];
        for (var i = 0ul; i < (ulong)columns.Length; i++)
        {
            columns[i] = new DuckDbResultColumn(
                NativeText.Read(Native.duckdb_column_name(result, i)),
                TypeReader.Take(Native.duckdb_column_logical_type(result, i)));
        }

        return columns;
    }

    private void Free()
    {
        _chunk?.Free();
        fixed (NativeResult* result = &_result)
            Native.duckdb_destroy_result(result);
        _result = default;
    }
}
