using Slipway.Kernel;

namespace Slipway.Statistics.Drift;

/// <summary>Counts over the same bins, as the shares of their samples.</summary>
internal readonly ref struct Shares
{
    private readonly ReadOnlySpan<long> _reference;
    private readonly ReadOnlySpan<long> _current;

    public Shares(ReadOnlySpan<long> reference, ReadOnlySpan<long> current)
    {
        if (reference.Length != current.Length)
            throw SlipwayException.Invalid($"{reference.Length} and {current.Length} bins do not pair.");
        _reference = reference;
        _current = current;
        foreach (var count in reference)
            ReferenceRows += count;
        foreach (var count in current)
            CurrentRows += count;
    }

    public long ReferenceRows { get; }

    public long CurrentRows { get; }

    /// <summary>One side has no rows, so there are no shares.</summary>
    public bool IsEmpty => ReferenceRows == 0 || CurrentRows == 0;

    public (double Reference, double Current) this[int bin] =>
        ((double)_reference[bin] / ReferenceRows, (double)_current[bin] / CurrentRows);

    /// <summary>Of a term of each bin's two shares; NaN where there are none.</summary>
    public double Sum(Func<double, double, double> term)
    {
        if (IsEmpty)
            return double.NaN;
        double sum = 0;
        for (var bin = 0; bin < _reference.Length; bin++)
        {
            var (reference, current) = this[bin];
            sum += term(reference, current);
        }

        return sum;
    }
}
