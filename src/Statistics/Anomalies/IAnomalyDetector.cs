using Slipway.Kernel;

namespace Slipway.Statistics.Anomalies;

/// <summary>A value of a series.</summary>
public readonly record struct SeriesPoint(DateTimeOffset At, double Value);

/// <summary>What a detector says of a point.</summary>
/// <param name="Expected">Null where it expects no certain value, or has not seen enough.</param>
/// <param name="Low">The least value that is right; null: there is none.</param>
/// <param name="Score">How far off it is, in standard deviations; null where the detector learns none.</param>
/// <param name="Violates">Null: nobody can tell yet.</param>
public sealed record JudgedPoint(DateTimeOffset At, double Value, double? Expected, double? Low, double? High, double? Score, bool? Violates);

/// <summary>
/// Tells which points of a series are not as they should be: "static", "dynamic", "rate_of_change", "cusum". A point is judged by what
/// came before it, so that later points change nothing, and a look back says what was said then.
/// </summary>
public interface IAnomalyDetector : IPolicy
{
    /// <summary>Judges the points from a time on.</summary>
    /// <param name="points">Ascending in time, finite.</param>
    /// <param name="memory">Of this series; who looks again and again keeps it, so that what is costly to learn is learned once in a block.</param>
    IReadOnlyList<JudgedPoint> Judge(IReadOnlyList<SeriesPoint> points, DetectorSettings settings, DateTimeOffset from, BlockMemory? memory = null);
}

/// <summary>The detectors by their names.</summary>
public static class AnomalyDetectors
{
    public static Policies<IAnomalyDetector> ByName { get; } =
        new([new StaticDetector(), new DynamicDetector(), new RateOfChangeDetector(), new CusumDetector()]);
}
