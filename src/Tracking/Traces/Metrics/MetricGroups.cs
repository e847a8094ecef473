using System.Globalization;

namespace Slipway.Tracking.Traces.Metrics;

/// <summary>Collects numbers by their group, and aggregates them. Single values are kept only for percentiles.</summary>
internal sealed class MetricGroups(IReadOnlyList<WantedAggregation> wanted)
{
    private readonly SortedDictionary<GroupKey, Group> _groups = [];
    private readonly bool _keepsValues = wanted.Any(aggregation => aggregation.Kind == Aggregation.Percentile);

    /// <param name="bucket">Where its stretch of time begins, in milliseconds; null when time does not matter.</param>
    public void Add(long? bucket, IReadOnlyList<string> dimensions, double value)
    {
        var key = new GroupKey(bucket, dimensions);
        if (!_groups.TryGetValue(key, out var group))
            _groups[key] = group = new Group();
        group.Count++;
        group.Sum += value;
        if (_keepsValues)
            group.Values.Add(value);
    }

    /// <summary>The groups by time, then by their dimensions.</summary>
    public IEnumerable<(long? Bucket, IReadOnlyList<string> Dimensions, IReadOnlyList<(string Name, double Value)> Values)> Points()
    {
        foreach (var (key, group) in _groups)
        {
            group.Values.Sort();
            yield return (key.Bucket, key.Dimensions, [.. wanted.Select(aggregation => (aggregation.Name, Value(group, aggregation)))]);
        }
    }

    private static double Value(Group group, WantedAggregation aggregation) => aggregation.Kind switch
    {
        Aggregation.Count => group.Count,
        Aggregation.Sum => group.Sum,
        Aggregation.Avg => group.Sum / group.Count,
        _ => Percentile(group.Values, aggregation.Percent),
    };

    // Between two values as far as the rank is between theirs, like PostgreSQL's percentile_cont.
    private static double Percentile(List<double> sorted, double percent)
    {
        var rank = percent / 100 * (sorted.Count - 1);
        var below = (int)rank;
        return below + 1 < sorted.Count ? sorted[below] + ((rank - below) * (sorted[below + 1] - sorted[below])) : sorted[below];
    }

    private sealed class Group
    {
        public long Count { get; set; }

        public double Sum { get; set; }

        public List<double> Values { get; } = [];
    }

    private readonly record struct GroupKey(long? Bucket, IReadOnlyList<string> Dimensions) : IComparable<GroupKey>
    {
        public int CompareTo(GroupKey other)
        {
            var order = Nullable.Compare(Bucket, other.Bucket);
            for (var i = 0; order == 0 && i < Dimensions.Count; i++)
                order = string.CompareOrdinal(Dimensions[i], other.Dimensions[i]);
            return order;
        }
    }
}

/// <param name="Percent">From 0 to 100, of a percentile.</param>
internal sealed record WantedAggregation(Aggregation Kind, double Percent)
{
    /// <summary>As MLflow's client writes it: "AVG", "P50.0", "P99.9".</summary>
    public string Name => Kind == Aggregation.Percentile
        ? "P" + Percent.ToString(Percent == Math.Floor(Percent) ? "0.0" : "R", CultureInfo.InvariantCulture)
        : Kind.ToString().ToUpperInvariant();
}
