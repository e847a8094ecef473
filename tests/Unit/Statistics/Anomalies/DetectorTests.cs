using Slipway.Statistics;
using Slipway.Statistics.Anomalies;
using Xunit;

namespace Slipway.Unit.Statistics.Anomalies;

public sealed class DetectorTests
{
    private static readonly DateTimeOffset s_start = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Static_limits_judge_each_value()
    {
        var judged = Judge("static", new DetectorSettings { Above = 10, Below = 2 }, [5, 11, 10, 1]);

        Assert.Equal([false, true, false, true], judged.Select(point => point.Violates));
        Assert.All(judged, point => Assert.Equal((2, 10), (point.Low, point.High)));
    }

    [Fact]
    public void Changes_are_taken_from_point_to_point()
    {
        var judged = Judge("rate_of_change", new DetectorSettings { Above = 3 }, [1, 4, 8, 2]);

        Assert.Equal([null, false, true, false], judged.Select(point => point.Violates));
    }

    [Fact]
    public void Changes_may_be_parts_of_what_was_some_time_before()
    {
        var judged = Judge("rate_of_change", new DetectorSettings { Above = 0.5, Below = -0.5, Relative = true, Over = TimeSpan.FromHours(2) }, [10, 14, 16, 6, 0, 5]);

        Assert.Equal([null, null, true, true, true, false], judged.Select(point => point.Violates));
        Assert.Equal((5, 15), (judged[2].Low, judged[2].High));
    }

    [Fact]
    public void Changes_over_a_gap_are_not_judged()
    {
        SeriesPoint[] points = [new(s_start, 1), new(s_start.AddHours(9), 100)];

        var judged = AnomalyDetectors.ByName.Get("detector", "rate_of_change").Judge(points, new DetectorSettings { Above = 1, Over = TimeSpan.FromHours(2) }, s_start);

        Assert.Null(judged[1].Violates);
    }

    // NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.3: target 325, k 0.3175, h 4.1959; the upper sum crosses at the 14th group.
    [Fact]
    public void Cumulative_sums_agree_with_the_handbook()
    {
        double[] means =
        [
            324.925, 324.675, 324.725, 324.350, 325.350, 325.225, 324.125, 324.525, 325.225, 324.600, 324.625, 325.150, 328.325, 327.250, 327.825, 328.500,
            326.675, 327.775, 326.875, 328.350,
        ];

        var judged = Judge("cusum", new DetectorSettings { Target = 325, Deviation = 1, Shift = 0.635, Decision = 4.1959, Direction = Direction.Up }, means);

        Assert.Equal(0.0325, judged[4].Score!.Value, 1e-9);
        Assert.Equal(3.0075, judged[12].Score!.Value, 1e-9);
        Assert.Equal(4.94, judged[13].Score!.Value, 1e-9);
        Assert.Equal(13, judged.ToList().FindIndex(point => point.Violates == true));
    }

    // The run length of h = 4, k = 0.5 on both sides is 168 without a shift (Montgomery, "Introduction to Statistical Quality Control").
    [Fact]
    public void Cumulative_sums_of_noise_alarm_as_rarely_as_the_tables_say()
    {
        var random = new Random(1);
        var settings = new DetectorSettings { Target = 0, Deviation = 1, Decision = 4, History = TimeSpan.FromDays(3650) };
        var lengths = Enumerable.Range(0, 400).Select(_ =>
            Judge("cusum", settings, [.. Enumerable.Range(0, 1500).Select(_ => Normal(random))]).ToList().FindIndex(point => point.Violates == true) + 1);

        Assert.InRange(lengths.Average(), 168 * 0.85, 168 * 1.15);
    }

    [Fact]
    public void A_small_shift_that_lasts_is_found_by_sums_and_not_by_a_band()
    {
        var random = new Random(2);
        double[] values = [.. Enumerable.Range(0, 600).Select(i => Normal(random) + (i >= 560 ? 1.5 : 0))];
        var settings = new DetectorSettings { History = TimeSpan.FromHours(500), Every = TimeSpan.FromHours(1), Decision = 8 };

        var sums = Judge("cusum", settings, values).Skip(540).ToList();
        var band = Judge("dynamic", settings, values).Skip(560).ToList();

        Assert.InRange(sums.FindIndex(point => point.Violates == true), 20, 36);
        Assert.All(sums[..20], point => Assert.False(point.Violates));
        Assert.All(band, point => Assert.False(point.Violates));
    }

    [Theory]
    [InlineData(Sensitivity.High, 0.01)]
    [InlineData(Sensitivity.Medium, 0.0015)]
    [InlineData(Sensitivity.Low, 0.0002)]
    public void A_learned_band_alarms_on_noise_around_a_season_no_more_than_it_states(Sensitivity sensitivity, double share)
    {
        var random = new Random(3);
        var settings = Seasonal with { Sensitivity = sensitivity };

        var judged = Judge("dynamic", settings, [.. Enumerable.Range(0, 24 * 200).Select(i => Day(i) + Normal(random))]).Where(point => point.Violates is not null).ToList();

        Assert.True(judged.Count > 24 * 150);
        Assert.InRange(judged.Count(point => point.Violates == true) / (double)judged.Count, 0, share);
    }

    [Fact]
    public void A_value_that_is_usual_at_another_time_of_the_day_is_found()
    {
        var random = new Random(4);
        double[] values = [.. Enumerable.Range(0, 24 * 40).Select(i => Day(i) + Normal(random))];
        var at = (24 * 39) + 3;
        values[at] = values[(24 * 39) - 9];

        var seasonal = Judge("dynamic", Seasonal, values)[at];
        var plain = Judge("dynamic", Seasonal with { Season = null }, values)[at];

        Assert.True(seasonal.Violates);
        Assert.InRange(seasonal.Expected!.Value, Day(3) - 2, Day(3) + 2);
        Assert.False(plain.Violates);
    }

    [Fact]
    public void A_quarter_of_the_history_may_be_wrong()
    {
        var random = new Random(5);
        double[] values = [.. Enumerable.Range(0, 24 * 40).Select(i => Day(i) + Normal(random) + (i < 24 * 38 && random.Next(4) == 0 ? 200 : 0))];
        values[^1] += 60;

        var judged = Judge("dynamic", Seasonal, values);

        Assert.True(judged[^1].Violates);
        Assert.InRange(judged.Skip(24 * 38).SkipLast(1).Count(point => point.Violates == true), 0, 2);
    }

    [Fact]
    public void Directions_are_heeded()
    {
        var random = new Random(6);
        double[] values = [.. Enumerable.Range(0, 100).Select(_ => Normal(random)), 30, -30];

        var judged = Judge("dynamic", new DetectorSettings { Direction = Direction.Down }, values);

        Assert.Equal([false, true], judged.TakeLast(2).Select(point => point.Violates));
        Assert.Null(judged[^1].High);
    }

    [Fact]
    public void What_never_changed_makes_any_change_an_anomaly()
    {
        var judged = Judge("dynamic", new DetectorSettings(), [.. Enumerable.Repeat(7.0, 100), 7.001]);

        Assert.Equal([false, true], judged.TakeLast(2).Select(point => point.Violates));
    }

    [Fact]
    public void Too_short_a_history_gives_no_verdict()
    {
        Assert.All(Judge("dynamic", Seasonal, [.. Enumerable.Range(0, 40).Select(Day)]), point => Assert.Null(point.Violates));
        Assert.All(Judge("cusum", new DetectorSettings(), [1, 2, 3]), point => Assert.Null(point.Violates));
        Assert.Empty(Judge("dynamic", Seasonal, []));
    }

    [Theory]
    [InlineData("static")]
    [InlineData("dynamic")]
    [InlineData("rate_of_change")]
    [InlineData("cusum")]
    public void What_comes_later_and_what_is_asked_for_change_no_verdict(string detector)
    {
        var random = new Random(7);
        double[] values = [.. Enumerable.Range(0, 24 * 30).Select(i => Day(i) + Normal(random))];
        var settings = Seasonal with { Above = 12, Over = TimeSpan.FromHours(3), Shift = 1.5 };

        var whole = Judge(detector, settings, values);

        foreach (var end in new[] { 400, 401, 24 * 20, (24 * 20) + 1, 700 })
        {
            var live = AnomalyDetectors.ByName.Get("detector", detector)
                .Judge([.. Points(values).Take(end).Where(point => point.At >= Points(values)[end - 1].At - settings.Reach)], settings, Points(values)[end - 1].At);
            Assert.Equal(whole[end - 1], Assert.Single(live));
        }
    }

    [Fact]
    public void Looks_that_remember_the_block_say_what_those_say_that_learn_anew()
    {
        var random = new Random(9);
        double[] values = [.. Enumerable.Range(0, 24 * 30).Select(i => Day(i) + Normal(random))];
        var points = Points(values);
        var memory = new BlockMemory();
        for (var end = 24 * 20; end < 24 * 23; end++)
        {
            SeriesPoint[] known = [.. points.Take(end).Where(point => point.At >= points[end - 1].At - Seasonal.Reach)];

            var live = AnomalyDetectors.ByName.Get("detector", "dynamic").Judge(known, Seasonal, known[^1].At, memory);

            Assert.Equal(AnomalyDetectors.ByName.Get("detector", "dynamic").Judge(known, Seasonal, known[^1].At), live);
        }
    }

    [Theory]
    [InlineData(2.5, 40)]
    [InlineData(-0.001, 1000)]
    public void Learned_verdicts_do_not_depend_on_unit_and_origin(double scale, double origin)
    {
        var random = new Random(8);
        double[] values = [.. Enumerable.Range(0, 24 * 30).Select(i => Day(i) + Normal(random) + (random.Next(50) == 0 ? 12 : 0))];
        var settings = Seasonal with { Decision = 2 };
        foreach (var detector in new[] { "dynamic", "cusum" })
        {
            var one = Judge(detector, settings, values);
            var other = Judge(detector, settings, [.. values.Select(value => (scale * value) + origin)]);

            Assert.Contains(one, point => point.Violates == true);
            Assert.Equal(one.Select(point => point.Violates), other.Select(point => point.Violates));
        }
    }

    // scipy: chi2.ppf(0.025, 2 * k) / 2, chi2.ppf(0.975, 2 * k + 2) / 2
    [Theory]
    [InlineData(0, 0, 3.6888794541139354)]
    [InlineData(3, 0.6186721228956014, 8.767273069742323)]
    [InlineData(17, 9.903126469607294, 27.218646815906613)]
    public void The_limits_of_a_rate_agree_with_scipy(long count, double low, double high)
    {
        var rate = PoissonRate.Of(count, 2);

        Assert.Equal(count / 2.0, rate.Rate);
        Assert.Equal(low / 2, rate.Low, 1e-7);
        Assert.Equal(high / 2, rate.High, 1e-7);
    }

    private static DetectorSettings Seasonal { get; } =
        new() { Every = TimeSpan.FromHours(1), Season = TimeSpan.FromDays(1), History = TimeSpan.FromDays(14) };

    private static double Day(int hour) => 20 + (10 * Math.Sin(2 * Math.PI * hour / 24));

    private static SeriesPoint[] Points(double[] values) => [.. values.Select((value, i) => new SeriesPoint(s_start.AddHours(i), value))];

    private static IReadOnlyList<JudgedPoint> Judge(string detector, DetectorSettings settings, double[] values) =>
        AnomalyDetectors.ByName.Get("detector", detector).Judge(Points(values), settings, s_start);

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
