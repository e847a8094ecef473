namespace Slipway.Statistics.Anomalies;

/// <summary>
/// Values outside a band that is learned. What is expected is the season (the last one of a robust <see cref="Stl"/> of the history) on the
/// level (the median of the last values without the season); the band is as wide as the expectations of the history were wrong, by the
/// median absolute deviations to both sides, times 3 (high sensitivity), 4 (medium) or 6 (low). A quarter of the history and more may be
/// anomalies without widening it much.
/// </summary>
internal sealed class DynamicDetector : IAnomalyDetector
{
    private const int LeastResiduals = 20;
    private const int LevelWithoutSeason = 25;
    private const int LeastLevel = 9;
    private const int MostLevel = 99;

    public string Name => "dynamic";

    public IReadOnlyList<JudgedPoint> Judge(IReadOnlyList<SeriesPoint> points, DetectorSettings settings, DateTimeOffset from, BlockMemory? memory = null) =>
        [.. Blocks.Of(points, settings, from).SelectMany(block => Judge(block, settings, from, memory ?? new BlockMemory()))];

    /// <summary>What never varied is taken to vary by rounding.</summary>
    internal static double LeastDeviation(double level) => 1e-9 * Math.Max(1, Math.Abs(level));

    private static IEnumerable<JudgedPoint> Judge(Block block, DetectorSettings settings, DateTimeOffset from, BlockMemory memory)
    {
        var learned = memory.Of(block, () => Learn(block, settings));
        var slack = Slack(block, settings);
        for (var i = Math.Max(block.Learned, Blocks.FirstAt(block.Points, from, 0)); i < block.Points.Length; i++)
        {
            yield return learned.Scale is { } band && Expect(block.Points, learned.Season!, i, settings) is { } centre
                ? Judge(block.Points[i], centre + band.Centre, slack * band.Below, slack * band.Above, settings)
                : new JudgedPoint(block.Points[i].At, block.Points[i].Value, null, null, null, null, null);
        }
    }

    private static Learned Learn(Block block, DetectorSettings settings)
    {
        if (SeasonOf(block, settings) is not { } season)
            return new Learned(null, null);
        double[] wrong =
        [
            .. Enumerable.Range(0, block.Learned).Select(i => block.Points[i].Value - Expect(block.Points, season, i, settings)).Where(off => off is not null)
                .Select(off => off!.Value),
        ];
        return new Learned(season, wrong.Length < LeastResiduals ? null : RobustScale.Of(wrong));
    }

    private static JudgedPoint Judge(SeriesPoint point, double expected, double below, double above, DetectorSettings settings)
    {
        var width = settings.Sensitivity switch { Sensitivity.High => 3, Sensitivity.Medium => 4, _ => 6 };
        var off = point.Value - expected;
        var score = off / Math.Max(off < 0 ? below : above, LeastDeviation(expected));
        double? low = settings.Direction == Direction.Up ? null : expected - (width * Math.Max(below, LeastDeviation(expected)));
        double? high = settings.Direction == Direction.Down ? null : expected + (width * Math.Max(above, LeastDeviation(expected)));
        return new JudgedPoint(point.At, point.Value, expected, low, high, score, point.Value < low || point.Value > high);
    }

    // Of the season each phase is known from so many seasons: the history fits it better than what comes will.
    private static double Slack(Block block, DetectorSettings settings) => settings.Season is { } season
        ? Math.Sqrt(Seasons(block, season) is var count && count > 2 ? (count + 1) / (count - 1) : 3)
        : 1;

    private static double Seasons(Block block, TimeSpan season) => block.Learned == 0 ? 0 : (block.Start - block.Points[0].At) / season;

    private static int LevelSpan(DetectorSettings settings) =>
        settings.Period is { } period ? Math.Clamp(period / 4, LeastLevel, MostLevel) : LevelWithoutSeason;

    /// <summary>At any time of the history and the block; null while less than two seasons are known.</summary>
    private static Func<DateTimeOffset, double>? SeasonOf(Block block, DetectorSettings settings)
    {
        if (settings is not { Period: { } period, Every: { } every })
            return _ => 0;
        if (block.Learned == 0)
            return null;
        var first = block.Points[0].At;
        var grid = new double[(int)((block.Start - first) / every)];
        Array.Fill(grid, double.NaN);
        foreach (var point in block.Points.Take(block.Learned))
            grid[Math.Min(grid.Length - 1, Index(point.At))] = point.Value;
        if (grid.Length < 2 * period || grid.Count(double.IsFinite) < grid.Length / 2)
            return null;
        FillGaps(grid);
        var cycles = grid.Length / period;
        var season = new Stl(period, seasonal: Math.Max(7, (2 * cycles) + 1), seasonalDegree: 0, jump: 10).Decompose(grid).Season;

        // A block is one season long and begins where the history ends: it goes on as the last one went.
        return at => Index(at) is var i && i < season.Length ? season[i] : season[season.Length - period + ((i - season.Length) % period)];

        int Index(DateTimeOffset at) => (int)((at - first) / every);
    }

    private static void FillGaps(double[] values)
    {
        var last = -1;
        for (var i = 0; i < values.Length; i++)
        {
            if (double.IsNaN(values[i]))
                continue;
            for (var gap = last + 1; gap < i; gap++)
                values[gap] = last < 0 ? values[i] : values[last] + ((values[i] - values[last]) * (gap - last) / (i - last));
            last = i;
        }

        for (var gap = last + 1; gap < values.Length; gap++)
            values[gap] = values[last];
    }

    /// <summary>The season on the median of the last values before a point; null where there are too few.</summary>
    private static double? Expect(SeriesPoint[] points, Func<DateTimeOffset, double> season, int i, DetectorSettings settings)
    {
        if (i < LeastLevel)
            return null;
        var level = new double[Math.Min(LevelSpan(settings), i)];
        for (var j = 0; j < level.Length; j++)
            level[j] = points[i - level.Length + j].Value - season(points[i - level.Length + j].At);
        return season(points[i].At) + RobustScale.Median(level);
    }

    /// <param name="Scale">Null: too little is known.</param>
    private sealed record Learned(Func<DateTimeOffset, double>? Season, RobustScale? Scale);
}
