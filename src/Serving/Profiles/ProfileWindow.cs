namespace Slipway.Serving.Profiles;

/// <summary>A window of event time, in milliseconds since 1970, at whole minutes or hours.</summary>
internal readonly record struct ProfileWindow(long Start, long End)
{
    public const long Minute = 60_000;
    public const long Hour = 60 * Minute;
    public const long Day = 24 * Hour;

    private const long Present = 5 * Minute;

    public long Width => End - Start;

    /// <summary>What happens now goes to minutes; what a replay tells goes to hours, since it runs through years in minutes.</summary>
    public static ProfileWindow Of(long happened, long now) => At(happened, Math.Abs(happened - now) <= Present ? Minute : Hour);

    public static ProfileWindow At(long time, long width)
    {
        var start = time - (((time % width) + width) % width);
        return new ProfileWindow(start, start + width);
    }
}
