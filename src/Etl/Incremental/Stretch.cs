namespace Slipway.Etl.Incremental;

/// <summary>From inclusive, to exclusive: points in time, as milliseconds, or whole numbers; its <see cref="WindowPlan"/> knows which.</summary>
internal readonly record struct Stretch(long From, long To)
{
    public static Stretch Of(DateTimeOffset from, DateTimeOffset to) => new(from.ToUnixTimeMilliseconds(), to.ToUnixTimeMilliseconds());
}
