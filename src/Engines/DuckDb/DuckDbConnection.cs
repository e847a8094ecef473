using Slipway.Kernel;

namespace Slipway.Engines.DuckDb;

/// <summary>
/// A connection: one thread at a time uses it (only <see cref="Interrupt"/> may come from another), and one result at a
/// time is read from it — the next statement closes a result that is still being read.
/// </summary>
public sealed unsafe class DuckDbConnection : IDisposable
{
    private readonly ConnectionHandle _handle;
    private SourceFunction? _sources;

    internal DuckDbConnection(ConnectionHandle handle) => _handle = handle;

    internal unsafe delegate int Runner<TState>(TState state, NativeResult* result);

    /// <summary>Counts the statements, so that a result knows whether it is still the one that is being read.</summary>
    internal long Statements { get; set; }

    internal ConnectionHandle Handle => _handle;

    /// <summary>
    /// Runs a statement or script; the number of rows that its last statement changed. Parameters are the values of ?
    /// or $1 in order, or one <see cref="DuckDbParameters"/> with the values of $names; a script takes names only.
    /// </summary>
    public long Execute(string sql, params ReadOnlySpan<object?> parameters) =>
        Execute(sql, CancellationToken.None, parameters);

    /// <inheritdoc cref="Execute(string, ReadOnlySpan{object})"/>
    public long Execute(string sql, CancellationToken ct, params ReadOnlySpan<object?> parameters)
    {
        using var result = Query(sql, ct, parameters);
        return result.Drain();
    }

    /// <summary>Runs a statement or script; the result of its last statement, which is computed while it is read.</summary>
    public DuckDbResult Query(string sql, params ReadOnlySpan<object?> parameters) =>
        Query(sql, CancellationToken.None, parameters);

    /// <inheritdoc cref="Query(string, ReadOnlySpan{object})"/>
    /// <remarks>The token also covers the reading of the result.</remarks>
    public DuckDbResult Query(string sql, CancellationToken ct, params ReadOnlySpan<object?> parameters)
    {
        using var script = Script.Parse(this, sql);
        if (script.Length > 1 && parameters.Length > 0 && parameters is not [IReadOnlyDictionary<string, object?>])
            throw SlipwayException.Invalid("A script of several statements takes named parameters only.");

        for (var i = 0; i < script.Length - 1; i++)
        {
            using var statement = script.Prepare(i);
            using var result = statement.Run(parameters, ct);
            result.Drain();
        }

        using var last = script.Prepare(script.Length - 1);
        return last.Run(parameters, ct);
    }

    /// <summary>The first column of the first row, or default when there is no row or it is null.</summary>
    public T? QueryScalar<T>(string sql, params ReadOnlySpan<object?> parameters) =>
        QueryScalar<T>(sql, CancellationToken.None, parameters);

    /// <inheritdoc cref="QueryScalar{T}(string, ReadOnlySpan{object})"/>
    public T? QueryScalar<T>(string sql, CancellationToken ct, params ReadOnlySpan<object?> parameters)
    {
        using var result = Query(sql, ct, parameters);
        foreach (var chunk in result.Chunks())
            return Conversion.To<T>(chunk.Column(0).GetValue(0));
        return default;
    }

    /// <summary>Prepares one statement to run it more than once.</summary>
    public DuckDbStatement Prepare(string sql)
    {
        using var script = Script.Parse(this, sql);
        return script.Length == 1
            ? script.Prepare(0)
            : throw SlipwayException.Invalid($"One statement can be prepared, not {script.Length}.");
    }

    /// <summary>Starts a bulk append to a table.</summary>
    public DuckDbAppender Append(string table, string? schema = null, string? catalog = null) =>
        new(this, table, schema, catalog);

    /// <summary>Rows of this process as a table of this connection's queries; not to be begun in a transaction that may be undone.</summary>
    public DuckDbSource Source(IReadOnlyList<(string Name, DuckDbTypeId Type)> columns, int rows, DuckDbFill fill)
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        return new DuckDbSource(_sources ??= new SourceFunction(_handle), columns, rows, fill);
    }

    /// <summary>Ends what the connection is doing; from any thread. The statement fails with "INTERRUPT Error".</summary>
    public void Interrupt()
    {
        if (!_handle.IsClosed)
            Native.duckdb_interrupt(_handle);
    }

    public void Dispose() => _handle.Dispose();

    internal DuckDbResult Run<TState>(TState state, Runner<TState> run, CancellationToken ct)
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        Statements++;
        NativeResult result = default;
        using (Interruption.Start(this, ct))
        {
            if (run(state, &result) == Native.Success)
                return new DuckDbResult(this, result, ct);
        }

        var error = NativeText.Error(Native.duckdb_result_error(&result), "The statement failed.");
        Native.duckdb_destroy_result(&result);
        ct.ThrowIfCancellationRequested();
        throw error;
    }
}
