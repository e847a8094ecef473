namespace Slipway.Training.Features;

/// <summary>Codes 0, 1, 2 … from the most frequent category on: the rare ones end up side by side.</summary>
internal static class OrdinalEncoder
{
    /// <param name="minimumCount">Categories that occur less often are treated as unseen.</param>
    public static CategoryFeature Fit(string name, IEnumerable<string?> values, int minimumCount = 1) => new(name)
    {
        Codes = values
            .Where(value => !string.IsNullOrEmpty(value))
            .CountBy(value => value!, StringComparer.Ordinal)
            .Where(count => count.Value >= minimumCount)
            .OrderByDescending(count => count.Value)
            .ThenBy(count => count.Key, StringComparer.Ordinal)
            .Select((count, code) => KeyValuePair.Create(count.Key, (float)code))
            .ToDictionary(StringComparer.Ordinal),
    };
}
