using Slipway.Monitoring.Contracts;
using Slipway.Monitoring.Definitions;
using Slipway.Statistics.Drift;

namespace Slipway.Monitoring.Runs;

/// <summary>What a signal came to in a run.</summary>
/// <param name="Measured">False: too little was there to judge; an open alert stays as it is.</param>
/// <param name="Message">Why it was not measured, or what is wrong; null when all is well.</param>
internal sealed record SignalResult(
    SignalDefinition Signal, bool Measured, IReadOnlyList<MonitorMetric> Metrics, string? Message, long Labelled = 0)
{
    /// <summary>How the columns were distributed in all rows of a drift signal, against the reference.</summary>
    public IReadOnlyList<BinnedPair> Histograms { get; init; } = [];

    public bool IsCrossed => Metrics.Any(metric => metric.Crossed);

    public static SignalResult NotMeasured(SignalDefinition signal, string why) => new(signal, false, [], why);
}
