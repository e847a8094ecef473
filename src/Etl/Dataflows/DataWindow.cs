using System.Globalization;
using Slipway.Engines.DuckDb;
using Slipway.Etl.Steps;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Etl.Dataflows;

/// <summary>The stretch of a source that one run of a dataflow moves.</summary>
/// <param name="Column">The column of times or whole numbers; null: the source holds this window and nothing else.</param>
/// <param name="To">Null: up to the greatest whole number there is, which is found when the source is read.</param>
/// <param name="Label">Its name in the lake: "0005" for an index or number, "2001-02-05" for a time.</param>
internal sealed record DataWindow(string? Column, WindowBound From, WindowBound? To, string Label)
{
    /// <summary>Metadata of the window's Parquet file: the end of the window.</summary>
    public const string EndKey = "slipway_window_to";

    /// <summary>The file key that says which window a file holds.</summary>
    public const string LabelKey = "slipway_window";

    private const string Input = "window";

    /// <summary>The number before which an open window ends at the latest.</summary>
    public long? Limit { get; init; }

    /// <summary>How many of the greatest numbers an open window leaves out.</summary>
    public long Delay { get; init; }

    /// <summary>SQL for a WHERE clause: from inclusive, to exclusive.</summary>
    /// <param name="type">The type of the column; text is read as a time or number.</param>
    public string Condition(string type)
    {
        var (read, kind) = From.IsNumber ? ("hugeint", "") : ("timestamp", "timestamp ");
        var column = type == "VARCHAR" ? $"{DuckDbSql.Identifier(Column!)}::{read}" : DuckDbSql.Identifier(Column!);
        var end = To?.Literal ?? Limit?.ToString(CultureInfo.InvariantCulture);
        return $"{column} >= {kind}{From.Literal}{(end is null ? "" : $" and {column} < {kind}{end}")}";
    }

    /// <summary>The field <c>window</c>, with the index from the literal input <c>window</c>; null when there is neither.</summary>
    public static DataWindow? Of(StepContext step)
    {
        var map = SettingMap.Find(step.Settings, "window", "column", "start", "every", "index", "from", "to", "delay");
        var index = map?.Text("index") ?? step.Literal(Input);
        if (map?.Text("column") is not { } column)
        {
            return index is null
                ? map is null ? null : throw SlipwayException.Invalid("window.column is missing: the column of times or whole numbers.")
                : new DataWindow(null, default, default, LabelOf(Index(index)));
        }

        if (map.Text("from") is not { } from)
            return Tumbling(map, column, index);
        if (from.TrimStart('+', '-').All(char.IsAsciiDigit))
            return Numbers(map, column);
        if (map.Text("delay") is not null)
            throw map.Wrong("delay", "a window between two times has none; incremental.delay has");
        return Between(column, Time("from", from), Time("to", map.Require("to", "the end of the window, exclusive")));
    }

    /// <summary>"0005".</summary>
    public static string LabelOf(long index) => index.ToString("0000", CultureInfo.InvariantCulture);

    public static int Index(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? index
            : throw SlipwayException.Invalid($"'{text}' is not the index of a window: a whole number from 0 on.");

    public override string ToString() =>
        Column is null ? $"window {Label}" : $"window {Label} ({From.Text} {(To is { } to ? $"to {to.Text}" : "and on")})";

    private static DataWindow Tumbling(SettingMap map, string column, string? index)
    {
        var start = Time("start", map.Require("start", "the time at which window 0 begins"));
        var every = Duration.Parse(map.Require("every", "the length of a window, such as 7d"));
        var number = Index(index ?? throw SlipwayException.Invalid(
            "The window has no index: give window.index, or an input 'window', or window.from and window.to."));
        if (number > (DateTime.MaxValue - start) / every - 1)
            throw SlipwayException.Invalid($"Window {number} lies beyond the calendar.");
        return new DataWindow(column, WindowBound.At(start + (number * every)), WindowBound.At(start + ((number + 1) * every)), LabelOf(number));
    }

    private static DataWindow Between(string column, DateTime from, DateTime to) => from < to
        ? new DataWindow(column, WindowBound.At(from), WindowBound.At(to), from.ToString(
            from.TimeOfDay == default ? "yyyy-MM-dd" : "yyyy-MM-dd'T'HHmmss", CultureInfo.InvariantCulture))
        : throw SlipwayException.Invalid($"The window ends ({WindowBound.At(to).Text}) before it begins ({WindowBound.At(from).Text}).");

    // Even with "to" it may be that the numbers before it are not all there yet, so it ends at the greatest one.
    private static DataWindow Numbers(SettingMap map, string column)
    {
        var from = Number(map, "from")!.Value;
        var limit = Number(map, "to");
        if (limit <= from)
            throw SlipwayException.Invalid($"The window ends ({limit}) before it begins ({from}).");
        var delay = Number(map, "delay") ?? 0;
        return delay >= 0
            ? new DataWindow(column, WindowBound.At(from), null, LabelOf(from)) { Limit = limit, Delay = delay }
            : throw map.Wrong("delay", "it is how many of the greatest numbers are left out, from 0 on");
    }

    private static long? Number(SettingMap map, string field)
    {
        if (map.Text(field) is not { } text)
            return null;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw map.Wrong(field, "window.from is a whole number, so this is one too, of 64 bits");
    }

    private static DateTime Time(string field, string text) =>
        DateTime.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw SlipwayException.Invalid($"window.{field} is '{text}', which is no time, such as 2001-01-01 or 2001-01-01T06:00:00.");
}
