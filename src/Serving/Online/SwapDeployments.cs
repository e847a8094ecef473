using Slipway.Kernel;
using Slipway.Serving.Collection;
using Slipway.Serving.Contracts;
using Slipway.Serving.Routing;

namespace Slipway.Serving.Online;

/// <summary>Puts loaded deployments in the place of those of the same name; requests in hand end with what they have.</summary>
internal sealed class SwapDeployments(RoutingTable table, Collector collector)
{
    /// <returns>What was replaced: to be drained.</returns>
    public IReadOnlyList<ServedDeployment> Run(WorkspaceName workspace, OnlineEndpoint definition, IReadOnlyList<ServedDeployment> loaded)
    {
        foreach (var served in loaded)
            collector.Watch(served);
        var names = loaded.Select(served => served.Definition.Name).ToHashSet(StringComparer.Ordinal);
        var before = table.Find(workspace, definition.Name)?.Deployments.Values ?? [];
        var others = before.Where(known => !names.Contains(known.Definition.Name));
        table.Put(new ServedEndpoint(workspace, definition, [.. others, .. loaded]));
        return [.. before.Where(known => names.Contains(known.Definition.Name))];
    }
}
