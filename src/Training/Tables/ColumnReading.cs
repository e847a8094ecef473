using System.Buffers;
using Slipway.Engines.DuckDb;

namespace Slipway.Training.Tables;

/// <summary>Takes columns out of a result, chunk by chunk.</summary>
internal static class ColumnReading
{
    /// <summary>Null becomes NaN.</summary>
    public static void CopyTo(this DuckDbVector vector, Span<float> target)
    {
        vector.Values<float>().CopyTo(target);
        for (var row = 0; !vector.AllValid && row < vector.Count; row++)
        {
            if (!vector.IsValid(row))
                target[row] = float.NaN;
        }
    }

    /// <summary>Null becomes NaN.</summary>
    public static void CopyTo(this DuckDbVector vector, Span<double> target)
    {
        vector.Values<double>().CopyTo(target);
        for (var row = 0; !vector.AllValid && row < vector.Count; row++)
        {
            if (!vector.IsValid(row))
                target[row] = double.NaN;
        }
    }

    public static void AppendTo(this DuckDbVector vector, ArrayBufferWriter<float> column)
    {
        vector.CopyTo(column.GetSpan(vector.Count));
        column.Advance(vector.Count);
    }

    public static void AppendTo(this DuckDbVector vector, ArrayBufferWriter<double> column)
    {
        vector.CopyTo(column.GetSpan(vector.Count));
        column.Advance(vector.Count);
    }

    public static void AppendTo(this DuckDbVector vector, List<string?> column, TextPool pool)
    {
        for (var row = 0; row < vector.Count; row++)
            column.Add(vector.IsValid(row) ? pool.Get(vector.GetUtf8(row)) : null);
    }
}
