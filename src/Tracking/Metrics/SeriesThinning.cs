namespace Slipway.Tracking.Metrics;

/// <summary>
/// Keeps of each stretch of a long series its first, least, greatest and last point, and a NaN when there is one: a line
/// drawn through them covers the same pixels.
/// </summary>
internal sealed class SeriesThinning(long total, int most)
{
    private const int KeptPerStretch = 5;

    private readonly long _stretch = total <= most ? 1 : (total + (most / KeptPerStretch) - 1) / Math.Max(1, most / KeptPerStretch);
    private readonly List<StoredPoint> _kept = [];
    private readonly List<StoredPoint> _current = [];
    private long _seen;

    public void Add(StoredPoint point)
    {
        if (_stretch == 1)
        {
            _kept.Add(point);
            return;
        }

        _current.Add(point);
        if (++_seen % _stretch == 0)
            Close();
    }

    public IReadOnlyList<StoredPoint> Finish()
    {
        Close();
        return _kept;
    }

    private void Close()
    {
        if (_current.Count == 0)
            return;
        var (least, greatest, nan) = (-1, -1, -1);
        for (var i = 0; i < _current.Count; i++)
        {
            if (_current[i].IsNaN)
                nan = i;
            else if (least < 0 || _current[i].Value < _current[least].Value)
                least = i;
            if (!_current[i].IsNaN && (greatest < 0 || _current[i].Value > _current[greatest].Value))
                greatest = i;
        }

        int[] kept = [0, least, greatest, nan, _current.Count - 1];
        foreach (var index in kept.Where(index => index >= 0).Distinct().Order())
            _kept.Add(_current[index]);
        _current.Clear();
    }
}
