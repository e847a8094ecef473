using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Kernel;
using Slipway.Training.Steps;

namespace Slipway.Training.Automl.Forecasting;

/// <summary>What a definition says about its time series.</summary>
internal sealed record ForecastSettings
{
    public required string TimeColumn { get; init; }

    public required IReadOnlyList<string> SeriesColumns { get; init; }

    /// <summary>Null: one season, or one step where there is no season.</summary>
    public required int? Horizon { get; init; }

    /// <summary>As pandas writes it; null: seen from the data.</summary>
    public required string? Frequency { get; init; }

    /// <summary>Null: the last known value, and those of a season before.</summary>
    public required IReadOnlyList<int>? Lags { get; init; }

    /// <summary>Null: a season, if there is one; 0: no window.</summary>
    public required int? Window { get; init; }

    /// <summary>Null: by the frequency; 1: none.</summary>
    public required int? Season { get; init; }

    public required int? FoldStep { get; init; }

    public required bool DropsShort { get; init; }

    /// <summary>sum, max, min or mean; null: several rows of one time are refused.</summary>
    public required string? Aggregate { get; init; }

    public required IReadOnlyList<string> Unknown { get; init; }

    public required IReadOnlyList<string> Notes { get; init; }

    public static ForecastSettings Read(JsonObject map)
    {
        var fields = new StepFields(map);
        return new ForecastSettings
        {
            TimeColumn = fields.Text("time_column_name"),
            SeriesColumns = Texts(fields, "time_series_id_column_names"),
            // Azure ML's default; auto is another thing.
            Horizon = fields.OptionalText("forecast_horizon") is null ? 1 : Number(fields, "forecast_horizon"),
            Frequency = fields.OptionalText("frequency"),
            Lags = Lag(fields),
            Window = Number(fields, "target_rolling_window_size"),
            Season = Number(fields, "seasonality"),
            FoldStep = Number(fields, "cv_step_size"),
            DropsShort = fields.OptionalText("short_series_handling_config") is "drop",
            Aggregate = fields.OptionalText("target_aggregate_function"),
            Unknown = Texts(fields, "features_unknown_at_forecast_time"),
            Notes = [.. Left(fields)],
        };
    }

    private static List<int>? Lag(StepFields fields)
    {
        var list = fields.List("target_lags").Select(item => item?.ToString() ?? "").ToList();
        return list.Count == 0 || list.Contains("auto") ? null : [.. list.Select(text =>
            int.TryParse(text, CultureInfo.InvariantCulture, out var lag) && lag > 0 ? lag
            : throw SlipwayException.Invalid($"forecasting.target_lags has '{text}'; give whole numbers above 0, or auto.")).Distinct().Order()];
    }

    private static IEnumerable<string> Left(StepFields fields)
    {
        if (fields.OptionalText("country_or_region_for_holidays") is { } country)
            yield return $"The holidays of {country} are not known here; give them as a column.";
        if (fields.OptionalText("use_stl") is { } parts and not "none")
            yield return $"No decomposition is made (use_stl: {parts}); lags and the season's phase stand for it.";
        if (fields.OptionalText("feature_lags") is not null)
            yield return "Only the target is lagged (feature_lags).";
    }

    private static int? Number(StepFields fields, string name) =>
        fields.OptionalText(name) is null or "auto" ? null : fields.OptionalInteger(name, 1);

    private static List<string> Texts(StepFields fields, string name) => [.. fields.List(name).Select(item => item?.ToString() ?? "")];
}
