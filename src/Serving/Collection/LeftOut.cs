namespace Slipway.Serving.Collection;

/// <summary>Rows that were answered and not kept on purpose; counted without locks.</summary>
internal sealed class LeftOut
{
    private long _sampled;
    private long _opted;
    private long _toldSampled;
    private long _toldOpted;

    public long Sampled => Interlocked.Read(ref _sampled);

    public long Opted => Interlocked.Read(ref _opted);

    /// <summary>Whether there is something that <see cref="Take"/> has not told.</summary>
    public bool HasNews => Sampled != _toldSampled || Opted != _toldOpted;

    public void Sample(int rows) => Interlocked.Add(ref _sampled, rows);

    public void Opt(int rows) => Interlocked.Add(ref _opted, rows);

    /// <summary>What came since the last time; one asks at a time.</summary>
    public (long Sampled, long Opted) Take()
    {
        var (sampled, opted) = (Sampled, Opted);
        var news = (sampled - _toldSampled, opted - _toldOpted);
        (_toldSampled, _toldOpted) = (sampled, opted);
        return news;
    }
}
