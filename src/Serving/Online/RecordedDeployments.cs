using Microsoft.Extensions.Logging;
using Slipway.Kernel;
using Slipway.Serving.Collection;
using Slipway.Serving.Contracts;
using Slipway.Serving.Routing;

namespace Slipway.Serving.Online;

/// <summary>Loads deployments that the records have and this server does not.</summary>
internal sealed partial class RecordedDeployments(
    DeploymentLoader loader, RoutingTable table, Collector collector, IDeployedVersions versions, ILogger<RecordedDeployments> logger)
{
    /// <summary>Routes requests by this definition from now on.</summary>
    /// <returns>What it does not have any more: to be drained.</returns>
    public async Task<IReadOnlyList<ServedDeployment>> ApplyAsync(WorkspaceName workspace, OnlineEndpoint definition, CancellationToken ct)
    {
        var before = table.Find(workspace, definition.Name);
        var loaded = new List<ServedDeployment>();
        foreach (var deployment in definition.Deployments.Where(known => known.State == EndpointStore.Succeeded))
        {
            // One that is known and not in memory was put out of it.
            var served = before?.Definition.Deployments.Any(known => IsSame(known, deployment)) == true
                ? before.Deployments.GetValueOrDefault(deployment.Name)
                : await TryLoadAsync(workspace, deployment, definition.Collect, ct);
            if (served is not null)
                loaded.Add(served);
        }

        table.Put(new ServedEndpoint(workspace, definition, loaded));
        return [.. before?.Deployments.Values.Except(loaded) ?? []];
    }

    /// <summary>Whether requests are routed by this definition already.</summary>
    public bool IsApplied(WorkspaceName workspace, OnlineEndpoint definition) =>
        table.Find(workspace, definition.Name)?.Definition is { } known
        && known.Collect == definition.Collect
        && known.Settings with { Tags = null } == definition.Settings with { Tags = null }
        && IsSame(known.Traffic, definition.Traffic)
        && IsSame(known.MirrorTraffic, definition.MirrorTraffic)
        && known.Deployments.Count == definition.Deployments.Count
        && definition.Deployments.All(deployment => known.Deployments.Any(other => IsSame(other, deployment)));

    // Records keep times less exactly than memory does.
    private static bool IsSame(OnlineDeployment one, OnlineDeployment other) =>
        one with { CreatedAt = default } == other with { CreatedAt = default };

    private static bool IsSame(IReadOnlyDictionary<string, int> one, IReadOnlyDictionary<string, int> other) =>
        one.Count == other.Count && !one.Except(other).Any();

    private async Task<ServedDeployment?> TryLoadAsync(
        WorkspaceName workspace, OnlineDeployment deployment, CollectMode collect, CancellationToken ct)
    {
        try
        {
            var version = await versions.FindAsync(workspace, deployment, ct)
                ?? throw SlipwayException.NotFound("Model version", $"{deployment.Model}:{deployment.ModelVersion}");
            var served = await loader.LoadAsync(workspace, deployment, version, collect, ct);
            collector.Watch(served);
            return served;
        }
        catch (SlipwayException exception)
        {
            // One model that is broken must not keep the server from serving the others.
            Log.NotLoaded(logger, exception, deployment.Node);
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(7002, LogLevel.Error, "{Deployment} could not be loaded and does not answer")]
        public static partial void NotLoaded(ILogger logger, Exception exception, string deployment);
    }
}
