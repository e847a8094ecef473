namespace Slipway.Statistics.Anomalies;

/// <summary>
/// Small lasting shifts of the mean, by cumulative sums: Page, "Continuous Inspection Schemes", Biometrika 41 (1954), in the tabular form
/// of the NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.3. Sums stop growing at twice the decision limit, so that they come
/// down again in about as many points as it took.
/// </summary>
internal sealed class CusumDetector : IAnomalyDetector
{
    private const int LeastLearned = 20;

    public string Name => "cusum";

    public IReadOnlyList<JudgedPoint> Judge(IReadOnlyList<SeriesPoint> points, DetectorSettings settings, DateTimeOffset from, BlockMemory? memory = null) =>
        [.. Blocks.Of(points, settings, from).SelectMany(block => Judge(block, settings).Where(point => point.At >= from))];

    private static IEnumerable<JudgedPoint> Judge(Block block, DetectorSettings settings)
    {
        if (Control(block, settings) is not var (mean, deviation))
        {
            foreach (var point in block.Points.Skip(block.Learned))
                yield return new JudgedPoint(point.At, point.Value, null, null, null, null, null);
            yield break;
        }

        var (up, down) = (0.0, 0.0);
        var most = 2 * settings.Decision;
        for (var i = 0; i < block.Points.Length; i++)
        {
            var (at, value) = block.Points[i];
            var off = (value - mean) / deviation;
            up = Math.Clamp(up + off - (settings.Shift / 2), 0, most);
            down = Math.Clamp(down - off - (settings.Shift / 2), 0, most);
            var score = settings.Direction switch { Direction.Up => up, Direction.Down => down, _ => Math.Max(up, down) };
            if (i >= block.Learned)
                yield return new JudgedPoint(at, value, mean, null, null, score, score > settings.Decision);
        }
    }

    // Of a series that never changed nothing is known of how it varies: any change is one of many deviations.
    private static (double Mean, double Deviation)? Control(Block block, DetectorSettings settings)
    {
        if (settings is { Target: { } target, Deviation: { } deviation })
            return (target, deviation);
        if (block.Learned < LeastLearned)
            return null;
        var scale = RobustScale.Of([.. block.Points.Take(block.Learned).Select(point => point.Value)]);
        var mean = settings.Target ?? scale.Centre;
        var spread = settings.Deviation ?? ((scale.Below + scale.Above) / 2);
        return (mean, Math.Max(spread, DynamicDetector.LeastDeviation(mean)));
    }
}
