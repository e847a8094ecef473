using Slipway.Kernel;

namespace Slipway.Training.Features;

/// <summary>
/// The mean label of the category, drawn towards the mean of all by as many imagined rows as the smoothing says
/// (Micci-Barreca, "A preprocessing scheme for high-cardinality categorical attributes", 2001). What is unseen gets the mean
/// of all.
/// </summary>
internal static class TargetEncoder
{
    public static CategoryFeature Fit(
        string name, IReadOnlyList<string?> values, ReadOnlySpan<float> label, double smoothing = 20)
    {
        if (values.Count != label.Length || label.IsEmpty)
            throw SlipwayException.Invalid($"'{name}' has {values.Count} rows but the label has {label.Length}; give one for each row.");

        var sums = new Dictionary<string, (double Sum, int Count)>(StringComparer.Ordinal);
        var total = 0.0;
        for (var i = 0; i < label.Length; i++)
        {
            total += label[i];
            if (values[i] is not { Length: > 0 } value)
                continue;

            var (sum, count) = sums.GetValueOrDefault(value);
            sums[value] = (sum + label[i], count + 1);
        }

        var mean = total / label.Length;
        return new CategoryFeature(name)
        {
            Codes = sums.ToDictionary(
                pair => pair.Key,
                pair => (float)((pair.Value.Sum + (smoothing * mean)) / (pair.Value.Count + smoothing)),
                StringComparer.Ordinal),
            Unseen = (float)mean,
        };
    }
}
