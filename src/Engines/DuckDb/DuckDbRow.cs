namespace Slipway.Engines.DuckDb;

/// <summary>A row of a chunk; valid as long as the chunk is.</summary>
public readonly struct DuckDbRow
{
    private readonly DuckDbChunk _chunk;
    private readonly int _index;

    internal DuckDbRow(DuckDbChunk chunk, int index)
    {
        _chunk = chunk;
        _index = index;
    }

    public object? this[int column] => _chunk.Column(column).GetValue(_index);

    public object? this[string column] => _chunk.Column(column).GetValue(_index);

    public bool IsNull(int column) => !_chunk.Column(column).IsValid(_index);

    /// <summary>The value as a T: numbers are converted if they fit; null becomes default.</summary>
    public T? Get<T>(int column) => Conversion.To<T>(this[column]);

    /// <inheritdoc cref="Get{T}(int)"/>
    public T? Get<T>(string column) => Conversion.To<T>(this[column]);

    public object?[] ToArray()
    {
        var values = new object?[_chunk.ColumnCount];
        for (var i = 0; i < values.Length; i++)
            values[i] = this[i];
        return values;
    }
}
