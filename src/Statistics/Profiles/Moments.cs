using System.Runtime.Intrinsics;

namespace Slipway.Statistics.Profiles;

/// <summary>
/// Count, mean, variance, least and greatest of numbers. Batches are joined by Chan's update of Welford's sums, which does
/// not lose digits to a large mean.
/// </summary>
public sealed class Moments
{
    public long Count { get; private set; }

    public double Mean { get; private set; }

    /// <summary>The sum of the squared deviations from the mean.</summary>
    public double SquaredDeviations { get; private set; }

    public double Min { get; private set; } = double.PositiveInfinity;

    public double Max { get; private set; } = double.NegativeInfinity;

    /// <summary>The sample's variance (n − 1), NaN for less than two numbers.</summary>
    public double Variance => Count < 2 ? double.NaN : SquaredDeviations / (Count - 1);

    public double StandardDeviation => Math.Sqrt(Variance);

    /// <param name="values">Finite numbers.</param>
    public void Add(ReadOnlySpan<double> values)
    {
        if (values.IsEmpty)
            return;
        var (sum, min, max) = Sum(values);
        (Min, Max) = (Math.Min(Min, min), Math.Max(Max, max));
        var mean = sum / values.Length;
        Join(values.Length, mean, Squares(values, mean));
    }

    public void Merge(Moments other)
    {
        if (other.Count == 0)
            return;
        (Min, Max) = (Math.Min(Min, other.Min), Math.Max(Max, other.Max));
        Join(other.Count, other.Mean, other.SquaredDeviations);
    }

    public void Clear() => (Count, Mean, SquaredDeviations, Min, Max) = (0, 0, 0, double.PositiveInfinity, double.NegativeInfinity);

    internal void Write(BinaryWriter writer)
    {
        writer.Write(Count);
        writer.Write(Mean);
        writer.Write(SquaredDeviations);
        writer.Write(Min);
        writer.Write(Max);
    }

    internal static Moments Read(BinaryReader reader) => new()
    {
        Count = reader.ReadInt64(),
        Mean = reader.ReadDouble(),
        SquaredDeviations = reader.ReadDouble(),
        Min = reader.ReadDouble(),
        Max = reader.ReadDouble(),
    };

    internal void Merge(ref StoredBytes stored)
    {
        var (count, mean, squares) = ((long)stored.ReadUInt64(), stored.ReadDouble(), stored.ReadDouble());
        var (min, max) = (stored.ReadDouble(), stored.ReadDouble());
        if (count < 0)
            throw new InvalidDataException("A count of the profile is negative.");
        if (count == 0)
            return;
        (Min, Max) = (Math.Min(Min, min), Math.Max(Max, max));
        Join(count, mean, squares);
    }

    // Four at a time on every machine, so that the sums are the same everywhere.
    private static (double Sum, double Min, double Max) Sum(ReadOnlySpan<double> values)
    {
        var (sums, least, greatest) = (Vector256<double>.Zero, Vector256.Create(double.PositiveInfinity), Vector256.Create(double.NegativeInfinity));
        for (; values.Length >= Vector256<double>.Count; values = values[Vector256<double>.Count..])
        {
            var four = Vector256.Create(values);
            sums += four;
            least = Vector256.Min(least, four);
            greatest = Vector256.Max(greatest, four);
        }

        var (sum, min, max) = (Vector256.Sum(sums), double.PositiveInfinity, double.NegativeInfinity);
        for (var lane = 0; lane < Vector256<double>.Count; lane++)
            (min, max) = (Math.Min(min, least[lane]), Math.Max(max, greatest[lane]));
        foreach (var value in values)
            (sum, min, max) = (sum + value, Math.Min(min, value), Math.Max(max, value));
        return (sum, min, max);
    }

    private static double Squares(ReadOnlySpan<double> values, double mean)
    {
        var (means, sums) = (Vector256.Create(mean), Vector256<double>.Zero);
        for (; values.Length >= Vector256<double>.Count; values = values[Vector256<double>.Count..])
        {
            var apart = Vector256.Create(values) - means;
            sums += apart * apart;
        }

        var sum = Vector256.Sum(sums);
        foreach (var value in values)
            sum += (value - mean) * (value - mean);
        return sum;
    }

    private void Join(long count, double mean, double squares)
    {
        if (Count == 0)
        {
            (Count, Mean, SquaredDeviations) = (count, mean, squares);
            return;
        }

        var all = Count + count;
        var apart = mean - Mean;
        SquaredDeviations += squares + (apart * apart * ((double)Count / all) * count);
        Mean += apart * ((double)count / all);
        Count = all;
    }
}
