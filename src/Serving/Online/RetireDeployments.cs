using Slipway.Data;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Security.Contracts;
using Slipway.Serving.Collection;
using Slipway.Serving.Contracts;
using Slipway.Serving.Routing;

namespace Slipway.Serving.Online;

/// <summary>Takes deployments without traffic away, alone or with their endpoint. Requests that they have are answered.</summary>
internal sealed class RetireDeployments(
    Database database, RoutingTable table, Collector collector, IModelHistory history, IAuditLog audit, TimeProvider time)
{
    /// <returns>What requests may still be using: to be drained.</returns>
    public async Task<IReadOnlyList<ServedDeployment>> RunAsync(
        Caller caller, OnlineEndpoint endpoint, IReadOnlyList<OnlineDeployment> retired, bool alsoEndpoint, CancellationToken ct)
    {
        if (retired.FirstOrDefault(known => endpoint.Traffic.GetValueOrDefault(known.Name) > 0) is { } busy)
        {
            throw SlipwayException.Conflict(
                $"Deployment '{busy.Name}' has {endpoint.Traffic[busy.Name]} % of the traffic of '{endpoint.Name}'; move it to another deployment, or set it to 0, first.");
        }

        await RecordAsync(caller, endpoint, retired, alsoEndpoint, ct);
        var served = table.Find(caller.Workspace, endpoint.Name);
        var names = retired.Select(deployment => deployment.Name).ToHashSet(StringComparer.Ordinal);
        if (alsoEndpoint)
            table.Remove(caller.Workspace, endpoint.Name);
        else if (served is not null)
            table.Put(new ServedEndpoint(caller.Workspace, Without(endpoint, names), [.. Others(served, names)]));

        return [.. served?.Deployments.Values.Where(known => names.Contains(known.Definition.Name)) ?? []];
    }

    /// <summary>Returns when their last requests have ended and what these answered is on its way to a segment.</summary>
    public async Task DrainAsync(IEnumerable<ServedDeployment> retired, CancellationToken ct)
    {
        foreach (var gone in retired)
        {
            await gone.Freed.WaitAsync(ct);
            await collector.ForgetAsync(gone, ct);
        }
    }

    private static IEnumerable<ServedDeployment> Others(ServedEndpoint served, HashSet<string> names) =>
        served.Deployments.Values.Where(known => !names.Contains(known.Definition.Name));

    private static OnlineEndpoint Without(OnlineEndpoint endpoint, HashSet<string> names) =>
        endpoint with { Deployments = [.. endpoint.Deployments.Where(known => !names.Contains(known.Name))] };

    private static Dictionary<string, int> Mirror(OnlineEndpoint endpoint, IReadOnlyList<OnlineDeployment> retired) =>
        endpoint.MirrorTraffic.Where(pair => retired.All(gone => gone.Name != pair.Key)).ToDictionary();

    private async Task RecordAsync(
        Caller caller, OnlineEndpoint endpoint, IReadOnlyList<OnlineDeployment> retired, bool alsoEndpoint, CancellationToken ct)
    {
        await database.WriteAsync(
            async (tx, token) =>
            {
                foreach (var deployment in retired)
                {
                    await EndpointStore.DeleteDeploymentAsync(tx, caller.Workspace, endpoint.Name, deployment.Name, token);
                    await history.AppendAsync(
                        tx, caller, deployment.Model, deployment.ModelVersion, "retired",
                        $"deployment {endpoint.Name}/{deployment.Name} deleted", detail: null, token);
                }

                if (alsoEndpoint)
                    await EndpointStore.DeleteEndpointAsync(tx, caller.Workspace, endpoint.Name, token);
                else if (retired.Any(gone => endpoint.MirrorTraffic.ContainsKey(gone.Name)))
                    await EndpointStore.SetMirrorAsync(tx, caller.Workspace, endpoint.Name, Mirror(endpoint, retired), time.UtcNow(), token);
            },
            ct);
        foreach (var deployment in retired)
            await audit.AppendAsync(caller, "deployment.delete", deployment.Node, detail: null, ct);
        if (alsoEndpoint)
            await audit.AppendAsync(caller, "endpoint.delete", $"endpoint:{endpoint.Name}", detail: null, ct);
    }
}
