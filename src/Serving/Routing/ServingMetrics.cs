using System.Diagnostics.Metrics;
using Slipway.Kernel.Metrics;
using Slipway.Serving.Contracts;

namespace Slipway.Serving.Routing;

/// <summary>The meter "Slipway.Serving". Everything is read from the deployments' own counters when somebody asks.</summary>
internal sealed class ServingMetrics : IHistogramSource, IDisposable
{
    private static readonly double[] s_bounds = [.. DeploymentCounts.LatencyBounds];

    private readonly Meter _meter = new("Slipway.Serving");
    private readonly RoutingTable _table;

    public ServingMetrics(RoutingTable table)
    {
        _table = table;
        Count("requests", served => served.Counters.Requests, "{request}", "Inference requests, answered or refused.");
        Count("rows", served => served.Counters.Rows, "{row}", "Rows scored.");
        Count("errors", served => served.Counters.Errors, "{request}", "Inference requests refused or failed.");
        Count("collected", served => served.Collected.Taken, "{row}", "Rows answered and collected.");
        Count("sampled.out", served => served.Collected.LeftOut.Sampled, "{row}", "Rows answered and not collected, by the sampling rate.");
        Count("opted.out", served => served.Collected.LeftOut.Opted, "{row}", "Rows answered and not collected, by the wish of who asked.");
        Count("dropped", served => served.Counters.Dropped, "{row}", "Rows answered and not collected, for want of room.");
        Count("mirrored", served => served.ShadowCounters.Requests, "{request}", "Copies of requests that a shadow answered or failed on.");
        Count("mirror.errors", served => served.ShadowCounters.Errors, "{request}", "Copies of requests that a shadow failed on.");
        Count("mirror.dropped", served => served.ShadowCounters.Dropped, "{row}", "Rows not mirrored, or not collected, for want of room.");
        _meter.CreateObservableGauge(
            "slipway.serving.model.memory", () => All(served => served.Model.MemoryBytes), "By", "What a deployment's model holds in this process, without the memory of requests; 0 where it is in another.");
    }

    public string Name => "slipway_serving_latency_seconds";

    public string Description => "Time from the whole body read to the answer written, since the deployment was loaded.";

    public IEnumerable<HistogramSeries> Read() => _table.All.SelectMany(endpoint => endpoint.Deployments.Values.Select(deployment =>
        deployment.Counters.Histogram(Labels(endpoint, deployment), s_bounds)));

    public void Dispose() => _meter.Dispose();

    private void Count(string name, Func<ServedDeployment, long> read, string unit, string description) =>
        _meter.CreateObservableCounter($"slipway.serving.{name}", () => All(read), unit, description);

    private IEnumerable<Measurement<long>> All(Func<ServedDeployment, long> read) => _table.All.SelectMany(endpoint =>
        endpoint.Deployments.Values.Select(deployment => new Measurement<long>(
            read(deployment),
            Labels(endpoint, deployment).Select(label => KeyValuePair.Create(label.Key, (object?)label.Value)))));

    private static KeyValuePair<string, string>[] Labels(ServedEndpoint endpoint, ServedDeployment deployment) =>
    [
        new("workspace", endpoint.Workspace.Value),
        new("endpoint", endpoint.Definition.Name),
        new("deployment", deployment.Definition.Name),
    ];
}
