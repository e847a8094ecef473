using System.Text.RegularExpressions;
using Slipway.Jobs.Contracts;
using Slipway.Tracking.Contracts;

namespace Slipway.Etl.Steps;

/// <summary>Logs counts to the run of a step.</summary>
internal sealed partial class StepMetrics(ITracking tracking, TimeProvider time)
{
    private const int MaxLength = 250;

    public async Task LogAsync(
        StepContext step,
        IEnumerable<KeyValuePair<string, double>> values,
        IReadOnlyDictionary<string, string> parameters,
        CancellationToken ct)
    {
        var now = time.GetUtcNow();
        MetricPoint[] points = [.. values.Select(value => new MetricPoint(Key(value.Key), value.Value, 0, now)).DistinctBy(point => point.Key)];
        await tracking.LogAsync(step.Caller, step.RunId, points, parameters, new Dictionary<string, string>(), ct);
    }

    // MLflow's keys have letters, digits and a few signs: "failed.between(distance)" → "failed.between_distance".
    private static string Key(string text)
    {
        var key = Other().Replace(text, "_").Trim('_');
        return key[..Math.Min(key.Length, MaxLength)];
    }

    [GeneratedRegex("[^A-Za-z0-9_.-]+")]
    private static partial Regex Other();
}
