using System.Globalization;
using Slipway.Etl.Steps;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Etl.Incremental;

/// <summary>Windows of one length each (<c>every</c>), or each from where the last one ended to now (by watermark).</summary>
internal sealed record TimePlan : WindowPlan
{
    private const int Most = 10_000;

    /// <summary>How long after its end a window is complete, since rows come late.</summary>
    public required TimeSpan Delay { get; init; }

    public override bool IsByWatermark => Every is null;

    public override bool IsOpenEnded => false;

    private DateTimeOffset Start => StartAt.ToTime();

    private DateTimeOffset? End => EndAt?.ToTime();

    public static TimePlan Of(SettingMap map) => new()
    {
        Column = map.Text("column"),
        StartAt = Time(map, "start")!.Value,
        EndAt = Time(map, "end"),
        Every = EveryOf(map),
        Delay = map.Text("delay") is { } delay ? Duration.Parse(delay) : TimeSpan.Zero,
        Concurrency = map.Number("concurrency", 1, 1, 100),
        DependsOn = map.List("depends_on"),
        IsAutomatic = IsAutomaticIn(map),
    };

    public override IReadOnlyList<Stretch> Due(DateTimeOffset? from, DateTimeOffset? to, long? last, DateTimeOffset now)
    {
        var complete = End < now - Delay ? End.Value : now - Delay;
        if (Every is not { } every)
            return Since(last?.ToTime() ?? Start, complete);
        var first = from > Start ? (long)Math.Floor((from.Value - Start) / every) : 0;
        var windows = new List<Stretch>();
        for (var number = first; Start + (every * (number + 1)) <= complete && !(Start + (every * number) >= to); number++)
        {
            windows.Add(Stretch.Of(Start + (every * number), Start + (every * (number + 1))));
            if (windows.Count > Most)
                throw SlipwayException.Invalid($"More than {Most} windows are due; run them in parts, with backfill from and to.");
        }

        return windows;
    }

    public override DateTimeOffset? Next(DateTimeOffset now)
    {
        if (!IsAutomatic || (End is { } end && end + Delay <= now))
            return null;
        // By watermark there is always something to look for.
        var every = Every ?? Look;
        var number = Math.Max(0, Math.Floor((now - Delay - Start) / every));
        return Start + (every * (number + 1)) + Delay;
    }

    public override string Text(long at) => at.ToTime().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public override string Mark(long at) => at.ToTime().UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    public override IReadOnlyDictionary<string, string> Bounds(Stretch window) =>
        new Dictionary<string, string> { ["from"] = Text(window.From), ["to"] = Text(window.To) };

    // Whole seconds, as the bounds are written into SQL.
    private static List<Stretch> Since(DateTimeOffset from, DateTimeOffset complete)
    {
        var to = DateTimeOffset.FromUnixTimeSeconds(complete.ToUnixTimeSeconds());
        return to > from ? [Stretch.Of(from, to)] : [];
    }

    private static long? Time(SettingMap map, string field)
    {
        if (map.Text(field) is not { } text)
            return null;
        // "1.5" would be a day of this year.
        return text.Any(sign => sign is '-' or ':' or '/') && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time.ToUnixTimeSeconds() * 1000
            : throw map.Wrong(field, "that is no time, such as 2001-01-01 or 2001-01-01T06:00:00Z, and no whole number");
    }
}
