using System.Globalization;
using Slipway.Monitoring.Alerts;
using Slipway.Monitoring.Rules;
using Slipway.Statistics.Anomalies;

namespace Slipway.Monitoring.Anomalies;

/// <summary>What a detector says of a point of one of its series.</summary>
/// <param name="Violations">How many of the last points are off.</param>
/// <param name="Anomalous">Null: nobody can tell.</param>
/// <param name="Figure">The last of the figures that the point stands for.</param>
internal sealed record Finding(JudgedPoint Point, int Violations, bool? Anomalous, Figure Figure)
{
    public string Subject => Condition.SubjectOf(Figure.Dimensions);

    /// <summary>"load: metric load is 9.1, expected 4.2 (3.1 to 5.2); 2 of the last 3 points are off: last of metric …".</summary>
    public string Tell(AnomalyDetector detector)
    {
        var subject = Subject.Length == 0 ? "" : $" ({Subject})";
        var expected = Point.Expected is { } known ? $", expected {Number(known)}" : "";
        var band = Point is { Low: null, High: null } ? "" : $" ({(Point.Low is { } low ? Number(low) : "…")} to {(Point.High is { } high ? Number(high) : "…")})";
        var score = Point.Score is { } off ? $", {Number(off)} deviations off" : "";
        return $"{detector.Name}{subject}: {Number(Point.Value)}{expected}{band}{score}; {Violations} of the last {detector.Violations.Of} points are off: {Figure.Origin}.";
    }

    public Condition ToCondition(AnomalyDetector detector)
    {
        var labels = new Dictionary<string, string>(Figure.Labels, StringComparer.Ordinal) { ["anomaly"] = detector.Name };
        foreach (var (name, value) in Figure.Dimensions.Concat(detector.Labels))
            labels[name] = value;
        return new Condition
        {
            Dimensions = Figure.Dimensions,
            Labels = labels,
            Holds = Anomalous,
            Message = Tell(detector),
            Evidence = Figure.Evidence,
            From = Point.At,
            To = Point.At,
        };
    }

    private static string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
