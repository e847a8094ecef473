using System.Globalization;
using Slipway.Engines.DuckDb;
using Slipway.Etl.Steps;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Etl.Dataflows;

/// <summary>The stretch of a source that one run of a dataflow moves.</summary>
/// <param name="Column">The column of time; null: the source holds this window and nothing else.</param>
/// <param name="Label">Its name in the lake: "0005" for an index, "2001-02-05" for a time.</param>
internal sealed record DataWindow(string? Column, DateTime From, DateTime To, string Label)
{
    /// <summary>Metadata of the window's Parquet file: the end of the window.</summary>
    public const string EndKey = "slipway_window_to";

    /// <summary>The file key that says which window a file holds.</summary>
    public const string LabelKey = "slipway_window";

    private const string Input = "window";

    /// <summary>SQL for a WHERE clause: from inclusive, to exclusive.</summary>
    /// <param name="type">The type of the column; text is read as a time.</param>
    public string Condition(string type)
    {
        var column = type == "VARCHAR" ? $"{DuckDbSql.Identifier(Column!)}::timestamp" : DuckDbSql.Identifier(Column!);
        return $"{column} >= timestamp '{Text(From)}' and {column} < timestamp '{Text(To)}'";
    }

    /// <summary>The field <c>window</c>, with the index from the literal input <c>window</c>; null when there is neither.</summary>
    public static DataWindow? Of(StepContext step)
    {
        var map = SettingMap.Find(step.Settings, "window", "column", "start", "every", "index", "from", "to");
        var index = map?.Text("index") ?? step.Literal(Input);
        if (map?.Text("column") is not { } column)
        {
            return index is null
                ? map is null ? null : throw SlipwayException.Invalid("window.column is missing: the column of time.")
                : new DataWindow(null, default, default, LabelOf(Index(index)));
        }

        return map.Text("from") is { } from
            ? Between(column, Time("from", from), Time("to", map.Require("to", "the end of the window, exclusive")))
            : Tumbling(map, column, index);
    }

    /// <summary>"0005".</summary>
    public static string LabelOf(int index) => index.ToString("0000", CultureInfo.InvariantCulture);

    public static int Index(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? index
            : throw SlipwayException.Invalid($"'{text}' is not the index of a window: a whole number from 0 on.");

    public override string ToString() => Column is null ? $"window {Label}" : $"window {Label} ({Text(From)} to {Text(To)})";

    internal static string Text(DateTime time) => time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static DataWindow Tumbling(SettingMap map, string column, string? index)
    {
        var start = Time("start", map.Require("start", "the time at which window 0 begins"));
        var every = Duration.Parse(map.Require("every", "the length of a window, such as 7d"));
        var number = Index(index ?? throw SlipwayException.Invalid(
            "The window has no index: give window.index, or an input 'window', or window.from and window.to."));
        if (number > (DateTime.MaxValue - start) / every - 1)
            throw SlipwayException.Invalid($"Window {number} lies beyond the calendar.");
        return new DataWindow(column, start + (number * every), start + ((number + 1) * every), LabelOf(number));
    }

    private static DataWindow Between(string column, DateTime from, DateTime to) => from < to
        ? new DataWindow(column, from, to, from.ToString(
            from.TimeOfDay == default ? "yyyy-MM-dd" : "yyyy-MM-dd'T'HHmmss", CultureInfo.InvariantCulture))
        : throw SlipwayException.Invalid($"The window ends ({Text(to)}) before it begins ({Text(from)}).");

    private static DateTime Time(string field, string text) =>
        DateTime.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw SlipwayException.Invalid($"window.{field} is '{text}', which is no time, such as 2001-01-01 or 2001-01-01T06:00:00.");
}
