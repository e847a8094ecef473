namespace Slipway.Monitoring.Rules.Sources;

/// <summary>What a deployment did in some time; those of two times that adjoin add up, and what was up to a time less what was before is what was between.</summary>
/// <param name="Seconds">Of all answers together.</param>
/// <param name="Latencies">Answers within each of <see cref="DeploymentSample.Bounds"/>, and at last all.</param>
internal sealed record DeploymentTally(long Requests, long Rows, long Errors, long Dropped, double Seconds, IReadOnlyList<long> Latencies)
{
    public static DeploymentTally None { get; } = new(0, 0, 0, 0, 0, new long[DeploymentSample.Bounds.Count + 1]);

    public static DeploymentTally Of(DeploymentSample sample) => new(
        sample.RequestCount, sample.RowCount, sample.ErrorCount, sample.DroppedCount, sample.Seconds, sample.ReadLatencies());

    public DeploymentTally Plus(DeploymentTally other) => new(
        Requests + other.Requests, Rows + other.Rows, Errors + other.Errors, Dropped + other.Dropped, Seconds + other.Seconds,
        [.. Latencies.Zip(other.Latencies, (one, two) => one + two)]);

    public DeploymentTally Minus(DeploymentTally earlier) => new(
        Requests - earlier.Requests, Rows - earlier.Rows, Errors - earlier.Errors, Dropped - earlier.Dropped, Seconds - earlier.Seconds,
        [.. Latencies.Zip(earlier.Latencies, (one, two) => one - two)]);
}
