using Slipway.Serving.Contracts;

namespace Slipway.Serving.Routing;

/// <summary>The counters of what is in the routing table.</summary>
internal sealed class ServedCounts(RoutingTable table) : IDeploymentCounts
{
    private static readonly double[] s_bounds = [.. DeploymentCounts.LatencyBounds];

    public IReadOnlyList<DeploymentCounts> Read() =>
        [.. table.All.SelectMany(endpoint => endpoint.Deployments.Values.Select(deployment => Of(endpoint, deployment)))];

    private static DeploymentCounts Of(ServedEndpoint endpoint, ServedDeployment deployment)
    {
        var counters = deployment.Counters;
        var latencies = counters.Histogram([], s_bounds);
        return new DeploymentCounts
        {
            Workspace = endpoint.Workspace,
            Endpoint = endpoint.Definition.Name,
            Deployment = deployment.Definition.Name,
            Loading = counters.Id,
            Requests = counters.Requests,
            Rows = counters.Rows,
            Errors = counters.Errors,
            Dropped = counters.Dropped,
            Seconds = latencies.Sum,
            Latencies = [.. latencies.Counts, latencies.Count],
        };
    }
}
