using Slipway.Kernel;

namespace Slipway.Monitoring.Anomalies;

/// <summary>A judged point as it is sent.</summary>
/// <param name="Subject">Which series, where a detector looks at several: "feature=hour".</param>
/// <param name="Verdict">"anomaly", "ok", or "unknown" while too little is known.</param>
/// <param name="Violates">The point itself is off.</param>
/// <param name="Violations">How many of the last points are off.</param>
internal sealed record PointWire(
    string Subject, DateTimeOffset At, double Value, double? Expected, double? Low, double? High, double? Score, string Verdict, bool? Violates,
    int Violations, string Evidence)
{
    public static PointWire Of(FindingRow row) => new(
        row.Subject, row.At.ToTime(), row.Value, row.Expected, row.Low, row.High, row.Score, VerdictOf(row.Anomalous), row.Violates, row.Violations,
        row.Evidence);

    public static PointWire Of(Finding finding) => new(
        finding.Subject, finding.Point.At, finding.Point.Value, finding.Point.Expected, finding.Point.Low, finding.Point.High, finding.Point.Score,
        VerdictOf(finding.Anomalous), finding.Point.Violates, finding.Violations, finding.Figure.Evidence);

    private static string VerdictOf(bool? anomalous) => anomalous switch { true => "anomaly", false => "ok", _ => "unknown" };
}
