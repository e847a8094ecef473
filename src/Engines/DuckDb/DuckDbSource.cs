namespace Slipway.Engines.DuckDb;

/// <summary>Sets every column of the chunk to so many rows, from row <paramref name="start"/> of the source on.</summary>
public delegate void DuckDbFill(DuckDbDataChunk chunk, int start, int rows);

/// <summary>
/// Rows that this process has, as a table of its connection's queries until it is disposed: they go from their arrays straight into a
/// query, without a table in between. Each scan begins with row 0 and takes a chunk after the other, on whichever thread the engine has for it.
/// </summary>
public sealed class DuckDbSource : IDisposable
{
    private readonly SourceFunction _function;
    private readonly long _number;

    internal DuckDbSource(SourceFunction function, IReadOnlyList<(string Name, DuckDbTypeId Type)> columns, int rows, DuckDbFill fill)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        (_function, Columns, Types, Rows, Fill) = (function, columns, [.. columns.Select(column => new DuckDbType(column.Type))], rows, fill);
        _number = function.Add(this);
    }

    /// <summary>The table, for a FROM clause.</summary>
    public string Sql => _function.Call(_number);

    public int Rows { get; }

    internal IReadOnlyList<(string Name, DuckDbTypeId Type)> Columns { get; }

    internal DuckDbType[] Types { get; }

    internal DuckDbFill Fill { get; }

    public void Dispose() => _function.Remove(_number);

    /// <summary>One pass over the rows.</summary>
    internal sealed class Scan(DuckDbSource source)
    {
        private int _next;

        /// <param name="native">Of the engine; filled with what comes next, or with no rows at the end.</param>
        public void Next(nint native)
        {
            using var chunk = new DuckDbDataChunk(source.Types, native);
            var rows = Math.Min(DuckDbDataChunk.Capacity, source.Rows - _next);
            if (rows == 0)
                return;
            source.Fill(chunk, _next, rows);
            if (chunk.RowCount != rows)
                throw new InvalidOperationException($"{chunk.RowCount} rows were given from row {_next} on, not {rows}.");
            _next += rows;
        }
    }
}
