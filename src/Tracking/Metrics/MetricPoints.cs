using System.Runtime.InteropServices;

namespace Slipway.Tracking.Metrics;

/// <summary>
/// A point as it is stored: NaN is 0 with a mark (SQLite keeps no NaN), an infinity the greatest double (as MLflow has it).
/// </summary>
internal readonly record struct StoredPoint(long KeyNo, long Time, long Step, double Value, bool IsNaN)
{
    public static StoredPoint Of(long keyNo, double value, long time, long step)
    {
        var isNaN = double.IsNaN(value);

        // -0.0 and 0.0 are one value to the unique key of PostgreSQL, so they are one point everywhere.
        var stored = isNaN || value == 0 ? 0 : Math.Clamp(value, double.MinValue, double.MaxValue);
        return new StoredPoint(keyNo, time, step, stored, isNaN);
    }

    public double Shown => IsNaN ? double.NaN : Value;

    /// <summary>The rule of MLflow: the latest point has the greatest (step, time, value), where NaN counts as 0.</summary>
    public bool IsLaterThan(StoredPoint other) =>
        (Step, Time, Value, IsNaN).CompareTo((other.Step, other.Time, other.Value, other.IsNaN)) > 0;

    /// <summary>The latest point of each key, in the order of keys.</summary>
    public static StoredPoint[] LatestOf(ReadOnlySpan<StoredPoint> points)
    {
        var latest = new Dictionary<long, StoredPoint>();
        foreach (var point in points)
        {
            ref var best = ref CollectionsMarshal.GetValueRefOrAddDefault(latest, point.KeyNo, out var exists);
            if (!exists || point.IsLaterThan(best))
                best = point;
        }

        var sorted = latest.Values.ToArray();
        Array.Sort(sorted, (a, b) => a.KeyNo.CompareTo(b.KeyNo));
        return sorted;
    }
}
