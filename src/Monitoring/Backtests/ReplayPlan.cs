using System.Xml;
using Slipway.Kernel;
using Slipway.Monitoring.Definitions;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Backtests;

/// <summary>The windows that are replayed one after the other, and what comes before them.</summary>
/// <param name="Before">What the first window is compared with, or learned from.</param>
internal sealed record ReplayPlan(TimeWindow Before, IReadOnlyList<TimeWindow> Windows)
{
    private const int MostWindows = 1000;

    /// <param name="from">Null: midnight of the first row's day.</param>
    /// <param name="to">Null: after the last row.</param>
    /// <param name="window">An ISO 8601 length; P7D when left out.</param>
    /// <param name="before">An ISO 8601 length; four windows when left out.</param>
    public static ReplayPlan Of(TimeWindow span, DateTimeOffset? from, DateTimeOffset? to, string? window, string? before)
    {
        var start = from ?? new DateTimeOffset(span.From.UtcDateTime.Date, TimeSpan.Zero);
        var end = to ?? span.To.AddTicks(1);
        var length = Length("window", window) ?? TimeSpan.FromDays(7);
        var head = Length("before", before) ?? 4 * length;
        var first = start + head;
        if (first >= end)
            throw SlipwayException.Invalid($"The history ends at {end:u}, before the {head.TotalDays:0.##} days that come before the first window are over; shorten 'before'.");
        var count = (int)Math.Min(MostWindows + 1L, (long)Math.Ceiling((end - first) / length));
        return count > MostWindows
            ? throw SlipwayException.Invalid($"That makes more than {MostWindows} windows; make the window longer.")
            : new ReplayPlan(new TimeWindow(start, first), [.. Enumerable.Range(0, count).Select(i => new TimeWindow(first + (i * length), first + ((i + 1) * length)))]);
    }

    /// <summary>The monitor as it looks at a history: its rows are production, and what is before them the reference of signals that name none.</summary>
    /// <param name="everywhere">Also of signals that name an asset.</param>
    public static MonitorDefinition Replayed(MonitorDefinition monitor, TimeWindow reference, bool everywhere) => monitor with
    {
        Endpoint = "history",
        Deployment = null,
        Signals = [.. monitor.Signals.Select(signal => signal is CustomSignal ? NotReplayed(signal) : signal with
        {
            Production = [signal.Production[0] with { Asset = null, Columns = new Dictionary<string, string>() }],
            Reference = signal.Reference is null || (everywhere && signal.Reference.Asset is not null) ? new DataSource { Fixed = reference } : signal.Reference,
        })],
    };

    public static SignalDefinition NotReplayed(SignalDefinition signal) =>
        new UnsupportedSignal("custom signals run jobs and are not replayed.") { Name = signal.Name };

    private static TimeSpan? Length(string name, string? text)
    {
        if (text is null)
            return null;
        try
        {
            return XmlConvert.ToTimeSpan(text) is var span && span > TimeSpan.Zero ? span : throw SlipwayException.Invalid($"'{name}' is '{text}'; it must be longer than nothing.");
        }
        catch (FormatException)
        {
            throw SlipwayException.Invalid($"'{name}' is '{text}'; a length of time is written as P7D (seven days) or PT6H (six hours).");
        }
    }
}
