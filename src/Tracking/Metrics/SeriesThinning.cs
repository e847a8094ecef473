namespace Slipway.Tracking.Metrics;

/// <summary>
/// Keeps of each stretch of a long series its first, least, greatest and last point, and a NaN when there is one: a line
/// drawn through them covers the same pixels. Only what is kept is held.
/// </summary>
/// <param name="total">How many points are coming; those beyond belong to the last stretch.</param>
/// <param name="most">How many may be kept; at least <see cref="KeptPerStretch"/>.</param>
internal sealed class SeriesThinning(long total, int most)
{
    public const int KeptPerStretch = 5;

    private readonly long _stretch = total <= most ? 1 : (total - 1) / (most / KeptPerStretch) + 1;
    private readonly List<StoredPoint> _kept = [];
    private readonly Place?[] _current = new Place?[KeptPerStretch];
    private long _seen;

    public void Add(StoredPoint point)
    {
        var place = new Place(_seen++, point);
        _current[0] ??= place;
        if (point.IsNaN)
        {
            _current[1] ??= place;
        }
        else
        {
            if (_current[2] is not { } least || point.Value < least.Point.Value)
                _current[2] = place;
            if (_current[3] is not { } greatest || point.Value > greatest.Point.Value)
                _current[3] = place;
        }

        _current[4] = place;
        if (_seen % _stretch == 0 && _seen < total)
            Close();
    }

    public IReadOnlyList<StoredPoint> Finish()
    {
        Close();
        return _kept;
    }

    private void Close()
    {
        foreach (var place in _current.OfType<Place>().DistinctBy(place => place.Number).OrderBy(place => place.Number))
            _kept.Add(place.Point);
        Array.Clear(_current);
    }

    private readonly record struct Place(long Number, StoredPoint Point);
}
