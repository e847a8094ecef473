using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Monitoring.Definitions;
using Slipway.Registry.Contracts;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Runs;

/// <summary>What all signals of a monitor found.</summary>
/// <param name="Version">The model version that answered most rows of the run's window; null without rows.</param>
internal sealed record Findings(
    IReadOnlyList<SignalResult> Results, ModelVersion? Version, IReadOnlyCollection<string> Deployments, long Rows);

/// <summary>Reads what was collected, once for each window that the signals ask for, and measures them.</summary>
internal sealed class SignalMeasurement(
    IEndpoints endpoints, ICollectedData collected, ILakeTables lake, References references)
{
    public async Task<Findings> MeasureAsync(Caller caller, MonitorDefinition monitor, TimeWindow window, CancellationToken ct)
    {
        var endpoint = await endpoints.FindAsync(caller, monitor.Endpoint, ct)
            ?? throw SlipwayException.NotFound("Endpoint", monitor.Endpoint);
        var results = new List<SignalResult>();
        var deployments = new HashSet<string>(StringComparer.Ordinal);
        ModelVersion? version = null;
        long rows = 0;
        foreach (var group in monitor.Signals.GroupBy(signal => signal.WindowOf(window)))
        {
            using var data = await OpenAsync(caller, monitor, group.Key, ct);
            if (data is null)
            {
                results.AddRange(group.Select(signal => SignalResult.NotMeasured(
                    signal, $"nothing was collected from '{monitor.Endpoint}' in {WindowText.Of(group.Key)}.")));
                continue;
            }

            var served = await ServedAsync(caller, monitor, endpoint, data, ct);
            results.AddRange(await MeasureAsync(caller, [.. group], data, served, ct));
            deployments.UnionWith(data.Answered.Select(one => one.Deployment));
            if (group.Key == window || version is null)
                (version, rows) = (served, data.Rows);
        }

        // In the order of the definition again.
        return new Findings([.. monitor.Signals.Select(signal => results.First(result => result.Signal == signal))], version, deployments, rows);
    }

    private async Task<CollectedWindow?> OpenAsync(
        Caller caller, MonitorDefinition monitor, TimeWindow window, CancellationToken ct) =>
        await collected.QueryAsync(caller, monitor.Endpoint, window, ct) is { } query
            ? CollectedWindow.Open(lake, query, monitor.Deployment, window, ct)
            : null;

    private async Task<ModelVersion> ServedAsync(
        Caller caller, MonitorDefinition monitor, OnlineEndpoint endpoint, CollectedWindow data, CancellationToken ct)
    {
        var (deployment, number, _) = data.Answered[0];
        var model = monitor.Model
            ?? (endpoint.Deployments.FirstOrDefault(one => one.Name == deployment) ?? (endpoint.Deployments is [var first, ..] ? first : null))?.Model
            ?? throw SlipwayException.Invalid(
                $"Deployment '{endpoint.Name}/{deployment}' is gone, so its model is not known; name it as model_id of the monitoring_target.");
        return await references.VersionAsync(caller, model, number, ct);
    }

    private async Task<IReadOnlyList<SignalResult>> MeasureAsync(
        Caller caller, IReadOnlyList<SignalDefinition> signals, CollectedWindow data, ModelVersion served, CancellationToken ct)
    {
        var profile = signals.OfType<DriftSignal>().Any() ? await references.FindAsync(caller, served, ct) : null;
        return
        [
            .. signals.Select(signal => signal switch
            {
                DriftSignal drift when profile is not null =>
                    DriftMeasurement.Measure(drift, data, new Reference(served, profile), ct),
                PerformanceSignal performance => PerformanceMeasurement.Measure(performance, data, ct),
                _ => SignalResult.NotMeasured(
                    signal, $"{served.Node} has no training-profile.json, so there is nothing to compare with."),
            }),
        ];
    }
}
