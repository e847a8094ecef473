using Slipway.Kernel;

namespace Slipway.Engines.DuckDb;

/// <summary>Times as DuckDB counts them: microseconds and days since 1970.</summary>
internal static class NativeTime
{
    private const long TicksPerMicro = 10;

    // A naive TIMESTAMP is UTC by Slipway's rules, so only local times have to be turned.
    public static long Micros(DateTime time) =>
        Floor((time.Kind == DateTimeKind.Local ? time.ToUniversalTime() : time).Ticks);

    public static long Micros(DateTimeOffset time) => Floor(time.UtcTicks);

    public static int Days(DateOnly date) => date.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

    public static DateTime FromMicros(long micros) => From(micros, TicksPerMicro);

    public static DateTime FromMillis(long millis) => From(millis, TimeSpan.TicksPerMillisecond);

    public static DateTime FromSeconds(long seconds) => From(seconds, TimeSpan.TicksPerSecond);

    public static DateTime FromNanos(long nanos) =>
        IsInfinite(nanos) ? Infinity(nanos) : From(nanos < 0 ? (nanos - 99) / 100 : nanos / 100, 1);

    public static DateOnly FromDays(int days) => days switch
    {
        int.MaxValue => DateOnly.MaxValue,
        -int.MaxValue => DateOnly.MinValue,
        _ => DateOnly.FromDateTime(From(days, TimeSpan.TicksPerDay)),
    };

    // DuckDB knows 24:00:00, TimeOnly does not.
    public static TimeOnly FromMicrosOfDay(long micros) =>
        micros * TicksPerMicro >= TimeSpan.TicksPerDay ? TimeOnly.MaxValue : new TimeOnly(micros * TicksPerMicro);

    /// <summary>TIME WITH TIME ZONE: 40 bits of microseconds, then 24 bits that fall with the offset in seconds.</summary>
    public static string TimeWithZone(ulong bits)
    {
        const int MaxOffset = (16 * 60 * 60) - 1;
        var time = FromMicrosOfDay((long)(bits >> 24));
        var offset = TimeSpan.FromSeconds(MaxOffset - (int)(bits & 0xFFFFFF));
        return string.Create(
            null, $"{time:HH:mm:ss.FFFFFF}{(offset < TimeSpan.Zero ? '-' : '+')}{offset:hh\\:mm}");
    }

    private static long Floor(long ticks) => (ticks / TicksPerMicro) - (DateTime.UnixEpoch.Ticks / TicksPerMicro);

    private static bool IsInfinite(long value) => value is long.MaxValue or -long.MaxValue;

    private static DateTime Infinity(long value) => value > 0 ? DateTime.MaxValue : DateTime.MinValue;

    private static DateTime From(long count, long ticks)
    {
        if (IsInfinite(count))
            return Infinity(count);
        var sum = ((Int128)count * ticks) + DateTime.UnixEpoch.Ticks;
        return sum >= DateTime.MinValue.Ticks && sum <= DateTime.MaxValue.Ticks
            ? new DateTime((long)sum, DateTimeKind.Unspecified)
            : throw new SlipwayException(
                ErrorCode.EngineFailed, "A time before year 1 or after year 9999 cannot be read; cast it to VARCHAR.");
    }
}
