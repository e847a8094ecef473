namespace Slipway.Cli.Mounts;

/// <summary>
/// Notices where a content is read on, at several places at once, and says what to fetch: a little for whoever looks into it, and ever more
/// in advance for whoever reads it from one end to the other.
/// </summary>
/// <param name="end">The number of the content's blocks.</param>
internal sealed class ReadingOn(long end)
{
    private const int MostPlaces = 8;
    private const long LongestRun = 32;

    // The one that moved last is the last.
    private readonly List<Place> _places = [];

    /// <summary>The run of blocks to fetch now that this one is asked for; null: none.</summary>
    /// <param name="isThere">It is there already, or on its way.</param>
    /// <param name="atLeast">So many blocks are asked for from this one on.</param>
    public (long From, long Count)? Wants(long index, bool isThere, long atLeast)
    {
        var known = _places.FindIndex(place => isThere ? place.Begun == index && place.Next < end : place.Next == index);
        if (isThere && known < 0)
            return null;

        var place = known < 0 ? new Place(index, index, 0) : _places[known];
        var count = Math.Min(Math.Max(Math.Min(place.Run * 2, LongestRun), isThere ? 1 : atLeast), end - place.Next);
        if (known >= 0)
            _places.RemoveAt(known);
        else if (_places.Count == MostPlaces)
            _places.RemoveAt(0);
        _places.Add(new Place(place.Next, place.Next + count, count));
        return (place.Next, count);
    }

    /// <param name="Begun">The first block of the run that was fetched last: when it is asked for, the next is fetched.</param>
    /// <param name="Next">The block after that run.</param>
    private readonly record struct Place(long Begun, long Next, long Run);
}
