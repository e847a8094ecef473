using System.Globalization;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Definitions;

/// <summary>Reads production_data and reference_data, in today's words of Azure ML and in the older ones.</summary>
internal static class DataSourceReader
{
    public static IReadOnlyList<DataSource> Production(Fields signal)
    {
        if (signal.Maps("production_data") is { Count: > 0 } several)
            return [.. several.Select(Read)];
        return [signal.Map("production_data") is { } one ? Read(one) : new DataSource()];
    }

    public static DataSource? Reference(Fields signal) => signal.Map("reference_data") is { } reference ? Read(reference) : null;

    public static DataSource Read(Fields data)
    {
        data.Only(
            "input_data", "data_context", "data_column_names", "pre_processing_component", "data_window",
            "data_window_size", "trailing_window_size", "trailing_window_offset");
        var input = data.Map("input_data")?.Only("type", "path", "mode");
        var columns = data.Map("data_column_names");
        var window = data.Map("data_window")?.Only("lookback_window_size", "lookback_window_offset", "window_start", "window_end");
        return new DataSource
        {
            Asset = input is null ? null : MonitorReader.Strip(input.RequiredText("path")),
            Columns = columns?.Keys.ToDictionary(key => key, key => columns.RequiredText(key)) ?? [],
            WindowSize = window?.Duration("lookback_window_size") ?? data.Duration("data_window_size") ?? data.Duration("trailing_window_size"),
            WindowOffset = window?.Duration("lookback_window_offset") ?? data.Duration("trailing_window_offset"),
            Fixed = window is null ? null : Fixed(window),
        };
    }

    private static TimeWindow? Fixed(Fields window)
    {
        if (window.Text("window_start") is null && window.Text("window_end") is null)
            return null;
        var (start, end) = (Time(window, "window_start"), Time(window, "window_end"));
        return start < end ? new TimeWindow(start, end) : throw window.Wrong("window_end", "must be after window_start.");
    }

    private static DateTimeOffset Time(Fields window, string key)
    {
        var text = window.RequiredText(key);
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToUniversalTime()
            : throw window.Wrong(key, $"is '{text}'; write it as 2026-03-10 or \"2026-03-10T10:15:00Z\".");
    }
}
