using System.Runtime.InteropServices;

namespace Slipway.Engines.DuckDb;

/// <summary>An INTERVAL: months and days have no fixed length, so the three parts stay apart.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct DuckDbInterval(int Months, int Days, long Micros)
{
    public static DuckDbInterval From(TimeSpan span) => new(0, span.Days, (span.Ticks % TimeSpan.TicksPerDay) / 10);

    /// <summary>The time span, if no months are in it.</summary>
    public TimeSpan ToTimeSpan() => Months == 0
        ? new TimeSpan((Days * TimeSpan.TicksPerDay) + (Micros * 10))
        : throw new InvalidOperationException($"An interval of {Months} months has no fixed length.");
}
