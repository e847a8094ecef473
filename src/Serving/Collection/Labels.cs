using Slipway.Engines.DuckDb;
using Slipway.Kernel;

namespace Slipway.Serving.Collection;

/// <summary>True outcomes of one call, column by column.</summary>
internal sealed class Labels
{
    private readonly string?[] _requests;
    private readonly int[] _rows;
    private readonly double[] _labels;
    private readonly long[] _sequences;
    private readonly long[] _times;

    public Labels(IReadOnlyList<string> ids, IReadOnlyList<double> labels, DateTimeOffset now, long sequence)
    {
        if (ids.Count != labels.Count)
            throw SlipwayException.Invalid($"There are {ids.Count} ids and {labels.Count} labels; send one label for each id.");

        _requests = new string?[ids.Count];
        _rows = new int[ids.Count];
        _labels = [.. labels];
        _times = new long[ids.Count];
        _sequences = new long[ids.Count];
        Array.Fill(_times, (now.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond);
        for (var i = 0; i < ids.Count; i++)
        {
            (_requests[i], _rows[i]) = PredictionId.Parse(ids[i]);
            _sequences[i] = sequence + i;
            if (!double.IsFinite(_labels[i]))
                throw SlipwayException.Invalid($"The label of '{ids[i]}' is not a finite number.");
        }

        LeastRequest = _requests.Min(StringComparer.Ordinal) ?? "";
        GreatestRequest = _requests.Max(StringComparer.Ordinal) ?? "";
    }

    public int Count => _rows.Length;

    public string LeastRequest { get; }

    public string GreatestRequest { get; }

    public void Fill(DuckDbDataChunk chunk, int start, int rows)
    {
        chunk.Set(0, _requests.AsSpan(start, rows));
        chunk.Set<int>(1, _rows.AsSpan(start, rows));
        chunk.Set<double>(2, _labels.AsSpan(start, rows));
        chunk.Set<long>(3, _times.AsSpan(start, rows));
        chunk.Set<long>(4, _sequences.AsSpan(start, rows));
    }
}
