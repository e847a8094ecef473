namespace Slipway.Statistics.Anomalies;

/// <summary>Values beyond limits that somebody sets.</summary>
internal sealed class StaticDetector : IAnomalyDetector
{
    public string Name => "static";

    public IReadOnlyList<JudgedPoint> Judge(IReadOnlyList<SeriesPoint> points, DetectorSettings settings, DateTimeOffset from, BlockMemory? memory = null) =>
    [
        .. points.Where(point => point.At >= from).Select(point => new JudgedPoint(
            point.At, point.Value, null, settings.Below, settings.Above, null, point.Value > settings.Above || point.Value < settings.Below)),
    ];
}
