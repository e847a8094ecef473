using Slipway.Kernel;

namespace Slipway.Monitoring.Rules.Sources;

/// <summary>What a deployment did, so that any window of it is a difference of two sums.</summary>
internal sealed class DeploymentPast
{
    private readonly long[] _times;
    private readonly DeploymentTally[] _upTo;

    /// <param name="samples">In the order of time.</param>
    /// <param name="from">When something is known of it first.</param>
    /// <param name="to">Up to when it was there.</param>
    public DeploymentPast(string name, IReadOnlyList<DeploymentSample> samples, DateTimeOffset from, DateTimeOffset to)
    {
        (Name, From, To) = (name, from, to);
        _times = [.. samples.Select(sample => sample.At)];
        _upTo = new DeploymentTally[samples.Count + 1];
        _upTo[0] = DeploymentTally.None;
        for (var i = 0; i < samples.Count; i++)
            _upTo[i + 1] = _upTo[i].Plus(DeploymentTally.Of(samples[i]));
    }

    public string Name { get; }

    public DateTimeOffset From { get; }

    public DateTimeOffset To { get; }

    /// <summary>What was done after a time, up to another.</summary>
    public DeploymentTally Within(DateTimeOffset after, DateTimeOffset upTo) => UpTo(upTo).Minus(UpTo(after));

    private DeploymentTally UpTo(DateTimeOffset time)
    {
        var (low, high) = (0, _times.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_times[middle].ToTime() <= time)
                low = middle + 1;
            else
                high = middle;
        }

        return _upTo[low];
    }
}
