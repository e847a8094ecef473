using System.Diagnostics.Metrics;

namespace Slipway.Serving.Routing;

/// <summary>The meter "Slipway.Serving". Everything is read from the deployments' own counters when somebody asks.</summary>
internal sealed class ServingMetrics : IDisposable
{
    private readonly Meter _meter = new("Slipway.Serving");
    private readonly RoutingTable _table;

    public ServingMetrics(RoutingTable table)
    {
        _table = table;
        _meter.CreateObservableCounter("slipway.serving.requests", () => All(counters => counters.Requests), "{request}", "Inference requests, answered or refused.");
        _meter.CreateObservableCounter("slipway.serving.rows", () => All(counters => counters.Rows), "{row}", "Rows scored.");
        _meter.CreateObservableCounter("slipway.serving.errors", () => All(counters => counters.Errors), "{request}", "Inference requests refused or failed.");
        _meter.CreateObservableCounter("slipway.serving.dropped", () => All(counters => counters.Dropped), "{row}", "Rows answered and not collected, for want of room.");
        foreach (var (name, quantile) in new (string, Func<Contracts.DeploymentStats, double>)[]
        {
            ("p50", stats => stats.P50Milliseconds), ("p95", stats => stats.P95Milliseconds), ("p99", stats => stats.P99Milliseconds),
        })
        {
            _meter.CreateObservableGauge(
                $"slipway.serving.latency.{name}", () => All(counters => quantile(counters.Stats()) / 1000), "s",
                $"Time from the whole body read to the answer written, {name} since the deployment was loaded.");
        }
    }

    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<T>> All<T>(Func<DeploymentCounters, T> read)
        where T : struct => _table.All.SelectMany(endpoint => endpoint.Deployments.Values.Select(deployment =>
            new Measurement<T>(
                read(deployment.Counters),
                new("workspace", endpoint.Workspace.Value),
                new("endpoint", endpoint.Definition.Name),
                new("deployment", deployment.Definition.Name))));
}
