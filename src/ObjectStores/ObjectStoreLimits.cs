namespace Slipway.ObjectStores;

/// <summary>How patient a client of a remote store is.</summary>
public sealed record ObjectStoreLimits
{
    /// <summary>How often a request is made in all before it fails.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>Between the first two attempts; then twice as long each time, and at random up to half as much less.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    public TimeSpan LongestDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>For one request with its body, or for the next bytes of an answer.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>What is larger is written in parts of this size.</summary>
    public int PartBytes { get; init; } = 8 * 1024 * 1024;
}
