namespace Slipway.Kernel;

/// <summary>Times as the database keeps them: UTC milliseconds since 1970.</summary>
public static class Millis
{
    public static long UtcNow(this TimeProvider time) => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The nearest time that there is: clients log any number, such as nanoseconds.</summary>
    public static DateTimeOffset ToTime(this long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(
        Math.Clamp(milliseconds, DateTimeOffset.MinValue.ToUnixTimeMilliseconds(), DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));
}
