using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Engines.OnnxRuntime;
using Slipway.Kernel;
using Slipway.Training.Automl;
using Slipway.Training.Automl.Encoding;
using Slipway.Training.Automl.Forecasting;
using Slipway.Training.Automl.Tables;
using Slipway.Training.Features;
using Slipway.Unit.Training.Steps;
using Xunit;

namespace Slipway.Unit.Training.Automl;

public sealed class ForecastTests
{
    private const string Sales = """ "task": "forecasting", "target_column_name": "sold", "forecasting": {"time_column_name": "day", "forecast_horizon": 7, "time_series_id_column_names": ["shop"]} """;
    private const double Day = 86_400e6;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Seasons_are_forecast_for_days_that_lie_ahead_from_raw_columns()
    {
        await using var host = await TrainingHost.StartAsync();

        var learned = await AutomlTables.LearnAsync(
            host, $"select * from ({AutomlTables.Daily(140)}) where day < date '2021-01-04' + 133",
            $"{Sales}, \"limits\": {{\"max_trials\": 6}}", null, ("test_data", $"select * from ({AutomlTables.Daily(140)}) where day >= date '2021-01-04' + 133"));

        Assert.Contains("Forecasts 7 steps of 1.00:00:00, a season is 7; looks at the target 7, 14 steps back", learned.Step.Log.ToString(), StringComparison.Ordinal);
        Assert.Equal("3", learned.Run.Params["folds"]);
        Assert.InRange(learned.Run.Metrics["test_normalized_root_mean_squared_error"], 0, 0.06);
        using var session = OnnxSession.Load(Path.Combine(learned.Folder("best_model"), "model.onnx"));
        Assert.Equal(["day", "shop", "holiday"], session.Inputs.Select(input => input.Name));
        var ahead = (new DateTime(2021, 1, 4) - DateTime.UnixEpoch).TotalMicroseconds + (133 * Day);
        var answer = session.Run(
            new Dictionary<string, OnnxTensor>
            {
                ["day"] = OnnxTensor.Create([ahead, ahead, ahead, double.NaN], 4, 1),
                ["shop"] = OnnxTensor.Create(["s0", "s1", "never seen", "s0"], 4, 1),
                ["holiday"] = OnnxTensor.Create([0f, 0f, 0f, 0f], 4, 1),
            },
            Ct)["prediction"].As<float>();
        Assert.InRange(answer[0], 22, 31);
        Assert.InRange(answer[1], 42, 51);
        Assert.All(answer, value => Assert.True(float.IsFinite(value)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(9)]
    public void No_feature_of_a_row_looks_at_what_comes_after_its_time_less_the_horizon(int horizon)
    {
        var random = new Random(horizon);
        var rows = Rows(random, steps: 60, series: 2);
        var plan = Plan(rows, horizon);
        var before = Features(plan, rows);
        for (var round = 0; round < 20; round++)
        {
            var time = random.Next(60);
            var changed = rows with { Target = [.. rows.Target.Select((value, row) => row % 60 > time - horizon ? value + random.Next(1, 100) : value)] };

            var after = Features(plan, changed);

            // Rows at this time and before it, of both series.
            foreach (var row in Enumerable.Range(0, rows.Count).Where(row => row % 60 <= time))
                Assert.Equal(before.Select(column => column[row]), after.Select(column => column[row]));
        }
    }

    [Fact]
    public void Lags_and_windows_are_those_of_the_series_itself()
    {
        var rows = Rows(new Random(1), steps: 30, series: 2);
        var plan = Plan(rows, 2) with { Lags = [1, 3], Window = 3 };

        var encoders = SeriesEncoders.Fit(plan, rows).ToList();

        var lag = encoders.Single(encoder => encoder.Name == "target 4 back").Encode(rows)[0];
        Assert.Equal((float)rows.Target[30 + 6], lag[30 + 10]);
        Assert.Equal(float.NaN, lag[30 + 3]);
        var window = encoders.Single(encoder => encoder.Name == "target in 3 steps, 2 back").Encode(rows);
        Assert.Equal((rows.Target[6] + rows.Target[7] + rows.Target[8]) / 3, window[0][10], 1e-4);
        Assert.Equal((float)Math.Max(rows.Target[6], Math.Max(rows.Target[7], rows.Target[8])), window[2][10]);
    }

    [Fact]
    public void Folds_roll_back_from_the_end_and_learn_from_nothing_later()
    {
        var rows = Rows(new Random(1), steps: 40, series: 2);
        var plan = Plan(rows, 5) with { FoldStep = 3 };

        var folds = plan.Folds(rows, 4, null);

        Assert.Equal(4, folds.Count);
        foreach (var (number, fold) in folds.Index())
        {
            Assert.Equal(10, fold.Valid.Length);
            Assert.Equal(39 - (3 * number), fold.Valid.Max(row => row % 40));
            Assert.Equal(fold.Valid.Min(row => row % 40) - 1, fold.Train.Max(row => row % 40));
        }
    }

    [Theory]
    [InlineData("H", 3_600e6, 24)]
    [InlineData("15min", 900e6, 4)]
    [InlineData("2D", 2 * Day, 1)]
    [InlineData("W-THU", 7 * Day, 52)]
    public void Frequencies_are_those_of_pandas(string text, double micros, int season)
    {
        var parsed = Frequency.Parse(text, 0);

        Assert.Equal((micros, season), (parsed.Micros, parsed.Season));
    }

    [Theory]
    [InlineData("MS", 1, 12)]
    [InlineData("QE", 3, 4)]
    [InlineData("2Y", 24, 1)]
    public void Months_are_counted_by_the_calendar(string text, int months, int season)
    {
        var parsed = Frequency.Parse(text, 0);

        Assert.Equal((months, season), (parsed.Months, parsed.Season));
        double Index(int year, int month, int day) => parsed.Index(NumberArithmetic.Instance, (new DateTime(year, month, day) - DateTime.UnixEpoch).TotalMicroseconds);
        Assert.Equal(1, Index(2024, 1 + (months % 12), 1) - Index(months == 24 ? 2022 : 2024, 1, 31));
    }

    [Theory]
    [InlineData(60e6, 60)]
    [InlineData(900e6, 4)]
    [InlineData(3_600e6, 24)]
    [InlineData(Day, 7)]
    [InlineData(7 * Day, 52)]
    public void A_frequency_is_seen_from_the_data(double micros, int season)
    {
        var seen = Frequency.See([[.. Enumerable.Range(0, 50).Where(at => at % 7 != 3).Select(at => at * micros)]], 0);

        Assert.Equal((micros, season), (seen.Micros, seen.Season));
    }

    [Fact]
    public void Months_are_seen_from_the_data()
    {
        var times = Enumerable.Range(0, 30).Select(at => (new DateTime(2020, 1, 1).AddMonths(at) - DateTime.UnixEpoch).TotalMicroseconds).ToArray();

        Assert.Equal((1, 12), (Frequency.See([times], 0).Months, Frequency.See([times], 0).Season));
    }

    [Fact]
    public async Task Rows_of_the_same_time_are_put_together_or_refused()
    {
        await using var host = await TrainingHost.StartAsync();
        var settings = """ "task": "forecasting", "target_column_name": "sold", "limits": {"max_trials": 1}, "forecasting": {"time_column_name": "day", "forecast_horizon": 7 """;

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => AutomlTables.LearnAsync(host, AutomlTables.Daily(80), settings + "}"));
        var learned = await AutomlTables.LearnAsync(host, AutomlTables.Daily(80), settings + """, "target_aggregate_function": "sum", "features_unknown_at_forecast_time": ["holiday"]}""");

        Assert.Contains("Several rows are of the same series and step (day=2021-01-04", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("from 80 rows", learned.Step.Log.ToString(), StringComparison.Ordinal);
        Assert.Contains("'holiday' is left out: it is not known ahead", learned.Step.Log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Gaps_are_filled_from_before_within_a_series_only()
    {
        var rows = Rows(new Random(1), steps: 3, series: 2);
        rows = rows with { Columns = [.. rows.Columns, FeatureColumn.Of("price", new[] { 1f, float.NaN, 3f, float.NaN, 5f, float.NaN })] };
        var plan = Plan(rows, 1);
        var settings = ForecastSettings.Read(new JsonObject { ["time_column_name"] = "time" });

        // The rows come in any order.
        var prepared = plan.Prepare(rows.Take([5, 4, 3, 2, 1, 0]), settings, new HashSet<string> { "price" }, isTraining: true);

        var own = prepared.Column("id").Texts!.Zip(prepared.Column("price").Numbers!.Value.ToArray()).ToLookup(pair => pair.First, pair => pair.Second);
        Assert.Equal([1f, 1f, 3f], own["0"]);
        Assert.Equal([float.NaN, 5f, 5f], own["1"]);
    }

    [Fact]
    public async Task Series_that_are_too_short_for_the_folds_are_refused()
    {
        await using var host = await TrainingHost.StartAsync();

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => AutomlTables.LearnAsync(host, AutomlTables.Daily(20), $"{Sales}, \"n_cross_validations\": 5"));

        Assert.Contains("too few for 5 folds of 7 steps", refusal.Message, StringComparison.Ordinal);
    }

    private static float[][] Features(SeriesPlan plan, AutomlRows rows)
    {
        LearnedColumn[] columns = [new("time", ColumnKind.DateTime), new("id", ColumnKind.Categorical)];
        return [.. FeaturePlan.Fit(rows, columns, Featurization.Read([]), 0, plan).SelectMany(encoder => encoder.EncodeOwn(rows))];
    }

    private static SeriesPlan Plan(AutomlRows rows, int horizon) => new()
    {
        TimeColumn = "time",
        SeriesColumns = ["id"],
        Frequency = Frequency.Parse("D", rows.Column("time").Instants!.Value.Span[0]),
        Horizon = horizon,
        Lags = [1, 2, 7],
        Window = 4,
        Season = 7,
        FoldStep = horizon,
    };

    /// <summary>Series after series, a row each day.</summary>
    private static AutomlRows Rows(Random random, int steps, int series)
    {
        var all = Enumerable.Range(0, steps * series).ToArray();
        return new AutomlRows
        {
            Columns =
            [
                FeatureColumn.Of("time", Array.ConvertAll(all, row => (row % steps) * Day)),
                FeatureColumn.Of("id", Array.ConvertAll(all, row => (string?)(row / steps).ToString(CultureInfo.InvariantCulture))),
            ],
            Target = Array.ConvertAll(all, _ => Math.Round(random.NextDouble() * 100, 2)),
            Weights = [],
        };
    }
}
