using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Etl.Contracts;
using Slipway.Etl.Steps;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Etl.Incremental;

/// <summary>A stretch of time, from inclusive, to exclusive.</summary>
internal readonly record struct Stretch(DateTimeOffset From, DateTimeOffset To);

/// <summary>
/// How the windows of a dataflow follow each other: of one length each (<c>every</c>), or each from where the last one ended to now
/// (by watermark).
/// </summary>
internal sealed record WindowPlan
{
    private const int Most = 10_000;

    /// <summary>The column of time in the source; null: the job makes what it will of the window's bounds.</summary>
    public required string? Column { get; init; }

    public required DateTimeOffset Start { get; init; }

    public required DateTimeOffset? End { get; init; }

    /// <summary>Null: by watermark.</summary>
    public required TimeSpan? Every { get; init; }

    /// <summary>How long after its end a window is complete, since rows come late.</summary>
    public required TimeSpan Delay { get; init; }

    public required int Concurrency { get; init; }

    /// <summary>Dataflows whose windows of the same time must be done before.</summary>
    public required IReadOnlyList<string> DependsOn { get; init; }

    /// <summary>True: windows run by themselves when they are due.</summary>
    public required bool IsAutomatic { get; init; }

    public static WindowPlan Of(JsonObject dataflow)
    {
        var map = SettingMap.Require(dataflow, DataflowFile.Field, "column", "start", "end", "every", "delay", "concurrency", "depends_on", "automatic");
        var plan = new WindowPlan
        {
            Column = map.Text("column"),
            Start = Time(map, "start") ?? throw SlipwayException.Invalid($"{DataflowFile.Field}.start is missing: the time at which the first window begins."),
            End = Time(map, "end"),
            Every = map.Text("every") is { } every ? Duration.Parse(every) : null,
            Delay = map.Text("delay") is { } delay ? Duration.Parse(delay) : TimeSpan.Zero,
            Concurrency = map.Number("concurrency", 1, 1, 100),
            DependsOn = map.List("depends_on"),
            IsAutomatic = map.Choice("automatic", "false", "true") == "true",
        };
        return plan.End is null || plan.End > plan.Start
            ? plan
            : throw SlipwayException.Invalid($"{DataflowFile.Field}.end is not after its start.");
    }

    /// <summary>The windows that are complete now and begin in the range.</summary>
    /// <param name="from">Null: from the start.</param>
    /// <param name="to">Null: until now.</param>
    /// <param name="last">The end of the last window that was asked for; null: none was.</param>
    public IReadOnlyList<Stretch> Due(DateTimeOffset? from, DateTimeOffset? to, DateTimeOffset? last, DateTimeOffset now)
    {
        var complete = End < now - Delay ? End.Value : now - Delay;
        if (Every is not { } every)
            return Since(last ?? Start, complete);
        var first = from > Start ? (long)Math.Floor((from.Value - Start) / every) : 0;
        var windows = new List<Stretch>();
        for (var number = first; Start + (every * (number + 1)) <= complete && !(Start + (every * number) >= to); number++)
        {
            windows.Add(new Stretch(Start + (every * number), Start + (every * (number + 1))));
            if (windows.Count > Most)
                throw SlipwayException.Invalid($"More than {Most} windows are due; run them in parts, with backfill from and to.");
        }

        return windows;
    }

    /// <summary>When to look again for windows that are due.</summary>
    public DateTimeOffset? Next(DateTimeOffset now)
    {
        if (!IsAutomatic || (End is { } end && end + Delay <= now))
            return null;
        // By watermark there is always something to look for.
        var every = Every ?? TimeSpan.FromMinutes(1);
        var number = Math.Max(0, Math.Floor((now - Delay - Start) / every));
        return Start + (every * (number + 1)) + Delay;
    }

    // Whole seconds, as the bounds are written into SQL.
    private static List<Stretch> Since(DateTimeOffset from, DateTimeOffset complete)
    {
        var to = DateTimeOffset.FromUnixTimeSeconds(complete.ToUnixTimeSeconds());
        return to > from ? [new Stretch(from, to)] : [];
    }

    private static DateTimeOffset? Time(SettingMap map, string field)
    {
        if (map.Text(field) is not { } text)
            return null;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds())
            : throw map.Wrong(field, "that is no time, such as 2001-01-01 or 2001-01-01T06:00:00Z");
    }
}
