using System.Collections.Frozen;
using Slipway.Kernel;
using Slipway.Serving.Inference;

namespace Slipway.Serving.Routing;

/// <summary>
/// Which endpoint has which deployments at this moment. Requests read a snapshot; a change puts a new one in its place.
/// </summary>
internal sealed class RoutingTable : IDisposable
{
    private readonly Lock _changes = new();
    private FrozenDictionary<(string Workspace, string Endpoint), ServedEndpoint> _endpoints =
        FrozenDictionary<(string Workspace, string Endpoint), ServedEndpoint>.Empty;

    public IEnumerable<ServedEndpoint> All => Volatile.Read(ref _endpoints).Values;

    public ServedEndpoint? Find(WorkspaceName workspace, string endpoint) =>
        Volatile.Read(ref _endpoints).GetValueOrDefault((workspace.Value, endpoint));

    public ServedEndpoint Get(WorkspaceName workspace, string endpoint)
    {
        var endpoints = Volatile.Read(ref _endpoints);
        if (endpoints.TryGetValue((workspace.Value, endpoint), out var found))
            return found;

        var names = endpoints.Keys.Where(key => key.Workspace == workspace.Value).Select(key => key.Endpoint);
        var name = endpoint.Length <= 64 ? endpoint : endpoint[..61] + "...";
        throw new SlipwayException(
            ErrorCode.NotFound, $"Endpoint '{name}' does not exist.{Nearest.Hint(name, names)}");
    }

    /// <summary>A deployment that answers this, with a reference that the caller has to release.</summary>
    /// <param name="endpoint">The endpoint as it was when the deployment was chosen.</param>
    public ServedDeployment Acquire(InferTarget target, out ServedEndpoint endpoint)
    {
        while (true)
        {
            endpoint = Get(target.Workspace, target.Endpoint);
            var chosen = endpoint.Choose(target);
            if (chosen.TryAcquire())
                return chosen;

            // It was taken out between the two lines; the snapshot of now does not have it.
        }
    }

    /// <summary>Puts the endpoint in its place. Deployments that it does not have any more end with their last request.</summary>
    public void Put(ServedEndpoint endpoint) =>
        Change(endpoint.Workspace, endpoint.Definition.Name, endpoint);

    public void Remove(WorkspaceName workspace, string endpoint) => Change(workspace, endpoint, null);

    public void Dispose()
    {
        foreach (var endpoint in All)
            Remove(endpoint.Workspace, endpoint.Definition.Name);
    }

    private void Change(WorkspaceName workspace, string name, ServedEndpoint? next)
    {
        ServedEndpoint? before;
        lock (_changes)
        {
            var key = (workspace.Value, name);
            var changed = _endpoints.ToDictionary();
            changed.Remove(key, out before);
            if (next is not null)
                changed.Add(key, next);
            Volatile.Write(ref _endpoints, changed.ToFrozenDictionary());
        }

        foreach (var gone in before?.Deployments.Values.Where(deployment => !Keeps(next, deployment)) ?? [])
            gone.Release();
    }

    private static bool Keeps(ServedEndpoint? next, ServedDeployment deployment) =>
        next is not null && next.Deployments.GetValueOrDefault(deployment.Definition.Name) == deployment;
}
