using Slipway.Kernel;
using Slipway.Monitoring;
using Slipway.Monitoring.Anomalies;
using Slipway.Statistics.Anomalies;
using Xunit;

namespace Slipway.Unit.Monitoring.Alerts;

public sealed class AnomalyDefinitionTests
{
    private const string Detector =
        """
        type: anomaly_detector
        name: late-volume
        series: {deployment: flights/blue, metric: request_rate, window: 5m}
        every: 5m
        detector: {type: dynamic, season: 1d, sensitivity: high}
        violations: {count: 2, of: 3}
        history: 14d
        """;

    [Fact]
    public void A_detector_says_what_it_looks_at_and_how_it_judges()
    {
        var detector = AnomalyDetector.Read(Detector, "detector.yml");

        Assert.Equal(("deployment", "dynamic", "anomaly/late-volume"), (detector.Series.Type, detector.Policy.Name, detector.Rule));
        Assert.Equal((288, Sensitivity.High, Direction.Both), (detector.Settings.Period, detector.Settings.Sensitivity, detector.Settings.Direction));
        Assert.Equal((2, 3, true, "warning"), (detector.Violations.Count, detector.Violations.Of, detector.Alerts, detector.Severity));
    }

    [Fact]
    public void What_is_left_out_has_a_default()
    {
        var detector = AnomalyDetector.Read("type: anomaly_detector\nname: load\nseries: {series: load}\ndetector: {type: static, above: 3}\nviolations: {count: 2}", "detector.yml");

        Assert.Equal((TimeSpan.FromDays(28), null, 2, "mean"), (detector.Settings.History, detector.Settings.Every, detector.Violations.Of, detector.Aggregate));
    }

    [Theory]
    [InlineData("{type: dynamic, season: 1d, sensitivity: high}", "{type: static}", "One of above, below is needed")]
    [InlineData("{type: dynamic, season: 1d, sensitivity: high}", "{type: static, above: 1, below: 2}", "'below' (2) must be less than 'above' (1)")]
    [InlineData("{type: dynamic, season: 1d, sensitivity: high}", "{type: dynamik}", "'dynamik' is not a type of a detector. Did you mean 'dynamic'?")]
    [InlineData("sensitivity: high", "sensitivity: huge", "'huge' is not allowed; expected one of low, medium, high")]
    [InlineData("season: 1d", "season: 7m", "detector.season: 7m must be 2 to 2016 times 'every' (5m)")]
    [InlineData("every: 5m\n", "", "a season needs points at even distances")]
    [InlineData("history: 14d", "history: 2d", "2d is less than 3 seasons of 1d")]
    [InlineData("history: 14d", "history: 365d", "has more than 10,000 points of 5m")]
    [InlineData("of: 3", "of: 1", "violations: 2 of the last 1 points cannot be off")]
    [InlineData("series: {deployment: flights/blue, metric: request_rate, window: 5m}", "series: {anomaly: other, metric: score}", "series")]
    [InlineData("name: late-volume", "name: late volume", "name")]
    public void A_mistake_in_a_detector_is_told(string right, string wrong, string told)
    {
        var yaml = Detector.ReplaceLineEndings("\n").Replace(right, wrong, StringComparison.Ordinal);

        var refusal = Assert.Throws<SlipwayException>(() => MonitoringModule.Check("anomaly-detector", yaml, "detector.yml"));

        Assert.Equal(ErrorCode.InvalidParameter, refusal.Code);
        Assert.Contains(told, refusal.Message, StringComparison.Ordinal);
    }
}
