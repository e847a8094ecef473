using Slipway.Kernel;

namespace Slipway.Engines.DuckDb;

/// <summary>A prepared statement, to run more than once. It belongs to its connection.</summary>
public sealed unsafe class DuckDbStatement : IDisposable
{
    // DUCKDB_STATEMENT_TYPE_SELECT, which SHOW, DESCRIBE and SUMMARIZE are as well.
    private const int Select = 1;

    private readonly DuckDbConnection _connection;
    private readonly PreparedHandle _handle;
    private readonly string[] _names;

    internal DuckDbStatement(DuckDbConnection connection, PreparedHandle handle)
    {
        _connection = connection;
        _handle = handle;
        _names = new string[Native.duckdb_nparams(handle)];
        for (var i = 0; i < _names.Length; i++)
            _names[i] = NativeText.Take(Native.duckdb_parameter_name(handle, (ulong)i + 1));
    }

    /// <summary>It only reads: it is a query, and nothing that would change, copy, attach, load or set anything.</summary>
    public bool IsQuery => Native.duckdb_prepared_statement_type(_handle) == Select;

    /// <summary>Runs the statement; the number of rows that it changed.</summary>
    public long Execute(params ReadOnlySpan<object?> parameters)
    {
        using var result = Run(parameters, CancellationToken.None);
        return result.Drain();
    }

    /// <inheritdoc cref="Execute(ReadOnlySpan{object})"/>
    public long Execute(CancellationToken ct, params ReadOnlySpan<object?> parameters)
    {
        using var result = Run(parameters, ct);
        return result.Drain();
    }

    public DuckDbResult Query(params ReadOnlySpan<object?> parameters) => Run(parameters, CancellationToken.None);

    /// <summary>The token also covers the reading of the result.</summary>
    public DuckDbResult Query(CancellationToken ct, params ReadOnlySpan<object?> parameters) => Run(parameters, ct);

    public void Dispose() => _handle.Dispose();

    internal DuckDbResult Run(ReadOnlySpan<object?> parameters, CancellationToken ct)
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        Bind(parameters);
        return _connection.Run(
            this, static (statement, result) => Native.duckdb_execute_prepared_streaming(statement._handle, result), ct);
    }

    private void Bind(ReadOnlySpan<object?> parameters)
    {
        if (parameters is [IReadOnlyDictionary<string, object?> named])
        {
            for (var i = 0; i < _names.Length; i++)
                Bind(i, named.TryGetValue(_names[i], out var value) ? value : throw Missing(_names[i], named.Keys));
            return;
        }

        if (parameters.Length != _names.Length)
        {
            throw SlipwayException.Invalid(
                $"The statement has {_names.Length} parameters ({string.Join(", ", _names)}), but {parameters.Length} were given.");
        }

        // Positions are the names "1", "2" …; $2 may come before $1 in the text.
        for (var i = 0; i < _names.Length; i++)
            Bind(i, parameters[int.TryParse(_names[i], out var position) ? position - 1 : i]);
    }

    private void Bind(int index, object? value)
    {
        var native = NativeValue.Create(value);
        try
        {
            if (Native.duckdb_bind_value(_handle, (ulong)index + 1, native) != Native.Success)
            {
                throw new SlipwayException(
                    ErrorCode.EngineFailed, $"DuckDB does not take the value of parameter ${_names[index]}.");
            }
        }
        finally
        {
            NativeValue.Destroy(native);
        }
    }

    private static SlipwayException Missing(string name, IEnumerable<string> given) => SlipwayException.Invalid(
        $"The statement needs a value for ${name}; given: {string.Join(", ", given.Order(StringComparer.Ordinal))}.");
}
