using Slipway.Monitoring.Rules;
using Slipway.Serving.Contracts;
using Slipway.Statistics;

namespace Slipway.Monitoring.Anomalies;

/// <summary>What a detector would have said.</summary>
/// <param name="Series">How many series it looked at.</param>
/// <param name="Judged">Points of which it could tell.</param>
/// <param name="Unknown">Points before which too little was known.</param>
/// <param name="Violations">Points that are off.</param>
/// <param name="Detections">For each time in which something is known to have been wrong.</param>
/// <param name="Missed">Times without an anomaly; null when none was named.</param>
/// <param name="FalseAlarms">Anomalies outside of these times: all, when none was named.</param>
/// <param name="FalseAlarmsPerWeek">Over the time outside of them; null when there is none.</param>
/// <param name="PerWeekLow">The 95 % limits of that rate, if false alarms come independently.</param>
internal sealed record AnomalyBacktest(
    string Detector, DateTimeOffset? From, DateTimeOffset? To, int Series, int Judged, int Unknown, int Violations, IReadOnlyList<ReplayedAlert> Anomalies,
    IReadOnlyList<RuleBacktest.Detection> Detections, int? Missed, int FalseAlarms, double? FalseAlarmsPerWeek, double? PerWeekLow, double? PerWeekHigh)
{
    public static AnomalyBacktest Of(AnomalyDetector detector, IReadOnlyList<IReadOnlyList<Finding>> series, IReadOnlyList<TimeWindow> wrong)
    {
        var judged = series.SelectMany(findings => findings.Where(finding => finding.Point.Violates is not null)).ToList();
        var anomalies = series.SelectMany(findings => Episodes(detector, findings)).OrderBy(episode => episode.FiredAt).ToList();
        DateTimeOffset? from = judged.Count == 0 ? null : judged.Min(finding => finding.Point.At);
        DateTimeOffset? to = judged.Count == 0 ? null : judged.Max(finding => finding.Point.At);
        var detections = wrong.Select(window => RuleBacktest.Detection.Of(window, anomalies)).ToList();
        var alarms = anomalies.Count(anomaly => !wrong.Any(window => RuleBacktest.Overlaps(anomaly, window)));
        var weeks = from is null ? 0 : ((to - from)!.Value.TotalDays - wrong.Sum(window => DaysWithin(window, from.Value, to!.Value))) / 7;
        var rate = weeks > 0 ? PoissonRate.Of(alarms, weeks) : default((double Rate, double Low, double High)?);
        return new AnomalyBacktest(
            detector.Name, from, to, series.Count, judged.Count, series.Sum(findings => findings.Count) - judged.Count,
            judged.Count(finding => finding.Point.Violates == true), anomalies, detections,
            wrong.Count == 0 ? null : detections.Count(detection => detection.DetectedAt is null), alarms, Rounded(rate?.Rate), Rounded(rate?.Low),
            Rounded(rate?.High));
    }

    private static IEnumerable<ReplayedAlert> Episodes(AnomalyDetector detector, IReadOnlyList<Finding> findings)
    {
        Finding? first = null;
        foreach (var finding in findings)
        {
            if (finding.Anomalous == true)
            {
                first ??= finding;
            }
            else if (finding.Anomalous == false && first is not null)
            {
                yield return Episode(detector, first, finding.Point.At);
                first = null;
            }
        }

        if (first is not null)
            yield return Episode(detector, first, null);
    }

    private static ReplayedAlert Episode(AnomalyDetector detector, Finding first, DateTimeOffset? until) =>
        new(first.Subject, first.Point.At, first.Point.At, until, first.Tell(detector));

    private static double DaysWithin(TimeWindow window, DateTimeOffset from, DateTimeOffset to)
    {
        var begin = window.From > from ? window.From : from;
        var end = window.To < to ? window.To : to;
        return Math.Max(0, (end - begin).TotalDays);
    }

    private static double? Rounded(double? rate) => rate is { } value ? Math.Round(value, 4) : null;
}
