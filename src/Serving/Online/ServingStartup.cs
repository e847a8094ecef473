using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Serving.Collection;
using Slipway.Serving.Contracts;
using Slipway.Serving.Routing;

namespace Slipway.Serving.Online;

/// <summary>A server serves after its start what it served before.</summary>
internal sealed partial class ServingStartup(
    EndpointStore store,
    DeploymentLoader loader,
    RoutingTable table,
    Collector collector,
    IModelRegistry registry,
    ILogger<ServingStartup> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var endpoints = await store.ListAllAsync(cancellationToken);
        await Parallel.ForEachAsync(endpoints, cancellationToken, async (found, ct) =>
        {
            var loaded = new List<ServedDeployment>();
            foreach (var deployment in found.Endpoint.Deployments.Where(known => known.State == EndpointStore.Succeeded))
            {
                if (await TryLoadAsync(found.Workspace, deployment, found.Endpoint.Collect, ct) is { } served)
                    loaded.Add(served);
            }

            table.Put(new ServedEndpoint(found.Workspace, found.Endpoint, loaded));
        });
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task<ServedDeployment?> TryLoadAsync(
        WorkspaceName workspace, OnlineDeployment deployment, CollectMode collect, CancellationToken ct)
    {
        try
        {
            var caller = Caller.System with { Workspace = workspace };
            var reference = $"{deployment.Model}:{deployment.ModelVersion}";
            var version = await registry.FindAsync(caller, reference, ct)
                ?? throw SlipwayException.NotFound("Model version", reference);
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
