namespace Slipway.Kernel;

/// <summary>Times as the database keeps them: UTC milliseconds since 1970.</summary>
public static class Millis
{
    public static long UtcNow(this TimeProvider time) => time.GetUtcNow().ToUnixTimeMilliseconds();

    public static DateTimeOffset ToTime(this long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
