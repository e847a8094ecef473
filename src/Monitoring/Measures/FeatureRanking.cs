using System.Text.Json;
using Slipway.Data;
using Slipway.Engines.DuckDb;
using Slipway.Monitoring.Definitions;
using Slipway.Monitoring.Tables;
using Slipway.Registry.Contracts;

namespace Slipway.Monitoring.Measures;

/// <summary>Which features matter most, for signals that look at the top ones.</summary>
internal sealed class FeatureRanking(ContentStore content)
{
    private const string Gains = "feature-gains.json";

    /// <summary>By trees that learn the reference's target, else by the gains that lie beside the model; null when neither is there.</summary>
    public async Task<IReadOnlyList<string>?> FindAsync(
        SignalDefinition signal, DuckDbConnection connection, DataTable? reference, ModelVersion? served, CancellationToken ct)
    {
        if (signal.Features.Names is not null || signal.Features.Top == int.MaxValue)
            return null;
        if (reference?.Label is { } target && reference.Answered.Count == 0)
        {
            string[] features = [.. reference.Features.Keys];
            var slice = new Slice(reference, null);
            var shares = features.Select(feature => RowSample.Shares(connection, slice, feature, ct)).ToArray();
            return Order(features.Zip(AttributionMeasurement.Importances(connection, slice, features, target, shares, ct)));
        }

        return signal.Features.Top is null || served is null ? null : await OfModelAsync(served, ct);
    }

    private async Task<IReadOnlyList<string>?> OfModelAsync(ModelVersion version, CancellationToken ct)
    {
        var tree = await content.GetTreeAsync(version.Tree, ct);
        if (tree.Entries.FirstOrDefault(entry => entry.Path == Gains || entry.Path.EndsWith("/" + Gains, StringComparison.Ordinal)) is not { } entry)
            return null;
        using var gains = JsonDocument.Parse(await content.ReadAllAsync(entry.Digest, ct));
        return Order(gains.RootElement.EnumerateObject().Select(gain => (gain.Name, gain.Value.GetDouble())));
    }

    private static string[] Order(IEnumerable<(string Name, double Importance)> features) =>
        [.. features.OrderByDescending(feature => feature.Importance).ThenBy(feature => feature.Name, StringComparer.Ordinal).Select(feature => feature.Name)];
}
