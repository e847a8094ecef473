using System.Globalization;
using Slipway.Kernel;
using Slipway.Training.Automl.Encoding;
using Slipway.Training.Automl.Search;
using Slipway.Training.Automl.Tables;
using Slipway.Training.Features;

namespace Slipway.Training.Automl.Forecasting;

/// <summary>How the time series of a table are learned from: what the definition says, and what the data says where it does not.</summary>
internal sealed record SeriesPlan
{
    private const int UsualFolds = 3;

    public required string TimeColumn { get; init; }

    public required IReadOnlyList<string> SeriesColumns { get; init; }

    public required Frequency Frequency { get; init; }

    public required int Horizon { get; init; }

    /// <summary>Steps back from the last one that is known at the time of the forecast; 1 is that itself.</summary>
    public required IReadOnlyList<int> Lags { get; init; }

    /// <summary>0: no window.</summary>
    public required int Window { get; init; }

    public required int Season { get; init; }

    public required int FoldStep { get; init; }

    public string Text => string.Create(CultureInfo.InvariantCulture,
        $"Forecasts {Horizon} steps of {Frequency.Text}, a season is {Season}; looks at the target {string.Join(", ", Lags.Select(lag => Horizon - 1 + lag))} steps back"
        + $"{(Window > 0 ? $" and at {Window} steps together" : "")}.");

    public static SeriesPlan Of(ForecastSettings settings, AutomlData data)
    {
        string Exact(string name) => data.Columns.First(column => string.Equals(column.Name, name, StringComparison.OrdinalIgnoreCase)).Name;
        if (data.Columns.All(column => !string.Equals(column.Name, settings.TimeColumn, StringComparison.OrdinalIgnoreCase)))
            throw SlipwayException.Invalid($"The data has no column '{settings.TimeColumn}', which is forecasting.time_column_name.{Nearest.Hint(settings.TimeColumn, data.Columns.Select(column => column.Name))}");

        var (time, columns) = (Exact(settings.TimeColumn), settings.SeriesColumns.Select(Exact).ToList());
        var times = data.Rows.Column(time).Instants!.Value.ToArray();
        if (times.All(double.IsNaN))
            throw SlipwayException.Invalid($"The column '{time}' holds no dates that can be read; make timestamps of it in the step before.");

        var frequency = FrequencyOf(settings, data.Rows, columns, times);
        var season = settings.Season ?? frequency.Season;
        var horizon = settings.Horizon ?? season;
        return new SeriesPlan
        {
            TimeColumn = time,
            SeriesColumns = columns,
            Frequency = frequency,
            Horizon = horizon,
            Lags = settings.Lags ?? UsualLags(horizon, season),
            Window = settings.Window ?? (season > 1 ? season : 0),
            Season = season,
            FoldStep = settings.FoldStep ?? horizon,
        };
    }

    /// <summary>The number of each row's step.</summary>
    public double[] Steps(AutomlRows rows) =>
        Array.ConvertAll(rows.Column(TimeColumn).Instants!.Value.ToArray(), micros => Frequency.Index(NumberArithmetic.Instance, micros));

    /// <summary>Rolling origins, the latest first: learn from all that lies before, judge on the horizon after it.</summary>
    public IReadOnlyList<Fold> Folds(AutomlRows rows, int? folds, double? share)
    {
        var steps = Steps(rows);
        var all = Enumerable.Range(0, rows.Count).ToArray();
        var (first, last) = (steps.Min(), steps.Max());
        if (share is { } held)
            return [Split(all, steps, last - Math.Max(1, Math.Floor((last - first + 1) * held)), last)];

        var found = new List<Fold>();
        for (var number = 0; number < (folds ?? UsualFolds); number++)
        {
            var end = last - (number * FoldStep);
            var fold = Split(all, steps, end - Horizon, end);

            // The past must reach as far as what is judged on, at the least.
            if (fold.Valid.Length == 0 || fold.Train.Length == 0 || end - Horizon - first + 1 < Horizon)
                break;
            found.Add(fold);
        }

        return found.Count > 0 && (folds is null || found.Count == folds) ? found : throw SlipwayException.Invalid(string.Create(CultureInfo.InvariantCulture,
            $"The series are {last - first + 1:0} steps long, too few for {folds ?? 1} folds of {Horizon} steps; give more of the past, a shorter forecast_horizon or fewer n_cross_validations."));
    }

    /// <summary>The rows with a time, one for each series and step.</summary>
    /// <param name="forward">Columns whose gaps are filled from before.</param>
    public AutomlRows Prepare(AutomlRows rows, ForecastSettings settings, IReadOnlySet<string> forward, bool isTraining)
    {
        var steps = Steps(rows);
        var timed = Enumerable.Range(0, rows.Count).Where(row => !double.IsNaN(steps[row])).ToArray();
        var of = SeriesIndex.Fit(SeriesColumns, rows).Of(rows);
        var groups = timed.GroupBy(row => (of[row], steps[row])).Select(group => group.ToArray()).ToList();
        if (groups.Find(group => group.Length > 1) is { } twice && settings.Aggregate is null)
        {
            throw SlipwayException.Invalid(
                $"Several rows are of the same series and step ({Describe(rows, twice[0])}); name what tells series apart as time_series_id_column_names, "
                + "or say target_aggregate_function.");
        }

        if (settings.DropsShort && isTraining)
        {
            var least = Horizon - 1 + Lags.DefaultIfEmpty(1).Max() + Horizon;
            groups = [.. groups.GroupBy(group => of[group[0]]).Where(own => own.Count() >= least).SelectMany(own => own)];
        }

        if (groups.Count == 0)
            throw SlipwayException.Invalid("No row is left: none has a time that can be read, or all series are shorter than the lags and the horizon (short_series_handling_config: drop).");
        groups.Sort((a, b) => (of[a[0]], steps[a[0]]).CompareTo((of[b[0]], steps[b[0]])));
        var made = rows.Take([.. groups.Select(group => group[0])]) with { Target = [.. groups.Select(group => Together(settings.Aggregate, rows, group))] };
        return made with { Columns = [.. made.Columns.Select(column => forward.Contains(column.Name) ? Filled(column, [.. groups.Select(group => of[group[0]])]) : column)] };
    }

    /// <summary>A gap gets the last known value of its series.</summary>
    /// <param name="series">Of each row; the rows of one follow each other by time.</param>
    private static FeatureColumn Filled(FeatureColumn column, int[] series)
    {
        var from = new int[series.Length];
        for (var row = 0; row < from.Length; row++)
            from[row] = row > 0 && series[row] == series[row - 1] && column.IsMissing(row) ? from[row - 1] : row;
        return column.Take(from);
    }

    private static Fold Split(int[] rows, double[] steps, double origin, double end) =>
        new([.. rows.Where(row => steps[row] <= origin)], [.. rows.Where(row => steps[row] > origin && steps[row] <= end)]);

    private static Frequency FrequencyOf(ForecastSettings settings, AutomlRows rows, IReadOnlyList<string> columns, double[] times)
    {
        var anchor = times.Where(time => !double.IsNaN(time)).Min();
        if (settings.Frequency is { } text)
            return Frequency.Parse(text, anchor);

        var of = SeriesIndex.Fit(columns, rows).Of(rows);
        return Frequency.See(
            Enumerable.Range(0, times.Length).Where(row => !double.IsNaN(times[row])).GroupBy(row => of[row]).Select(own => own.Select(row => times[row]).Order().ToArray()),
            anchor);
    }

    // The last known value, and those of the same phase one season and two seasons before.
    private static List<int> UsualLags(int horizon, int season)
    {
        if (season <= 1)
            return [1, 2, 3];

        var whole = (int)Math.Ceiling((double)horizon / season) * season;
        return [.. new[] { 1, whole - horizon + 1, whole + season - horizon + 1 }.Distinct().Order()];
    }

    private static double Together(string? function, AutomlRows rows, int[] group)
    {
        var values = group.Select(row => rows.Target[row]);
        return function switch { "sum" => values.Sum(), "max" => values.Max(), "min" => values.Min(), "mean" => values.Average(), _ => rows.Target[group[0]] };
    }

    private string Describe(AutomlRows rows, int row)
    {
        var time = DateTimeOffset.UnixEpoch.AddTicks((long)rows.Column(TimeColumn).Instants!.Value.Span[row] * TimeSpan.TicksPerMicrosecond);
        return string.Join(", ", SeriesColumns.Select(column => $"{column}={rows.Column(column).Texts![row]}").Append($"{TimeColumn}={time:yyyy-MM-dd HH:mm:ss}"));
    }
}
