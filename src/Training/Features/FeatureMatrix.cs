using Slipway.Engines.XGBoost;
using Slipway.Kernel;

namespace Slipway.Training.Features;

/// <summary>Makes the engine's matrix of raw columns, as the exported model will do it with the rows it is asked about.</summary>
internal static class FeatureMatrix
{
    /// <param name="columns">In any order; columns that are no feature are ignored.</param>
    /// <param name="threads">Threads that read the data; 0: all cores.</param>
    public static XgbMatrix Create(IReadOnlyList<Feature> features, IReadOnlyList<FeatureColumn> columns, int threads = 0)
    {
        var byName = columns.ToDictionary(column => column.Name, StringComparer.Ordinal);
        return XgbMatrix.FromColumns(
            [.. features.Select(feature => Numbers(feature, Find(byName, feature.Name)))],
            [.. features.Select(feature => new XgbFeature(feature.Name))],
            threads);
    }

    private static FeatureColumn Find(Dictionary<string, FeatureColumn> columns, string name) =>
        columns.TryGetValue(name, out var column) ? column : throw SlipwayException.Invalid(
            $"The data has no column '{name}', which is a feature.{Nearest.Hint(name, columns.Keys)}");

    private static ReadOnlyMemory<float> Numbers(Feature feature, FeatureColumn column) => (feature, column) switch
    {
        (NumberFeature, { Numbers: { } numbers }) => numbers,
        (CategoryFeature category, { Texts: { } texts }) => category.Encode(texts),
        (NumberFeature, _) => throw SlipwayException.Invalid($"The feature '{feature.Name}' is a number but its column holds texts."),
        _ => throw SlipwayException.Invalid($"The feature '{feature.Name}' is a category but its column holds numbers."),
    };
}
