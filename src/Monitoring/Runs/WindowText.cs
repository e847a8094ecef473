using System.Globalization;
using Slipway.Kernel;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Runs;

/// <summary>Windows of event time in words.</summary>
internal static class WindowText
{
    /// <summary>"2001-02-05 to 2001-02-12"; with the minute where one is not midnight.</summary>
    public static string Of(TimeWindow window)
    {
        var format = IsMidnight(window.From) && IsMidnight(window.To) ? "yyyy-MM-dd" : "yyyy-MM-ddTHH:mmZ";
        return $"{window.From.UtcDateTime.ToString(format, CultureInfo.InvariantCulture)} to "
            + window.To.UtcDateTime.ToString(format, CultureInfo.InvariantCulture);
    }

    public static TimeWindow Checked(DateTimeOffset from, DateTimeOffset to) => from < to
        ? new TimeWindow(from.ToUniversalTime(), to.ToUniversalTime())
        : throw SlipwayException.Invalid($"The window ends ({to:O}) before it begins ({from:O}).");

    private static bool IsMidnight(DateTimeOffset time) => time.UtcDateTime.TimeOfDay == TimeSpan.Zero;
}
