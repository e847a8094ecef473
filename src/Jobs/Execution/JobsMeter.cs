using System.Diagnostics.Metrics;

namespace Slipway.Jobs.Execution;

/// <summary>What became of steps, and how long they took.</summary>
internal sealed class JobsMeter : IDisposable
{
    // From a tenth of a second to a day.
    private static readonly double[] s_bounds = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 14_400, 86_400];

    private readonly Meter _meter = new("Slipway.Jobs");
    private readonly Counter<long> _steps;
    private readonly Histogram<double> _seconds;

    public JobsMeter()
    {
        _steps = _meter.CreateCounter<long>("slipway.jobs.steps", description: "Attempts of steps by their kind and what became of them.");
        _seconds = _meter.CreateHistogram(
            "slipway.jobs.step.duration", "s", "How long attempts of steps took.", tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = s_bounds });
    }

    public void Ended(string kind, StepResult result, TimeSpan took)
    {
        _steps.Add(1, new("kind", kind), new("status", result.End.Status.ToString()));
        _seconds.Record(took.TotalSeconds, new KeyValuePair<string, object?>("kind", kind));
    }

    public void Dispose() => _meter.Dispose();
}
