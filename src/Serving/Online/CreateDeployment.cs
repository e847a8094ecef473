using Slipway.Data;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Security.Contracts;
using Slipway.Serving.Contracts;
using Slipway.Serving.Routing;

namespace Slipway.Serving.Online;

/// <summary>Loads a model version behind an endpoint; recorded when it answers, or as failed with the reason.</summary>
internal sealed class CreateDeployment(
    Database database,
    DeploymentLoader loader,
    RoutingTable table,
    SwapDeployments swap,
    IModelRegistry registry,
    IModelHistory history,
    LineageLog lineage,
    IAuditLog audit,
    TimeProvider time)
{
    /// <returns>The deployment, and what it replaced: to be drained.</returns>
    public async Task<(OnlineDeployment Deployment, IReadOnlyList<ServedDeployment> Replaced)> RunAsync(
        Caller caller, OnlineEndpoint endpoint, string name, string model, DeploymentSettings settings, CancellationToken ct)
    {
        var version = await registry.FindAsync(caller, model, ct) ?? throw SlipwayException.NotFound("Model version", model);
        var existing = endpoint.Deployments.FirstOrDefault(known => known.Name == name);
        if (existing is { State: EndpointStore.Succeeded } && SameVersion(existing, version)
            && existing.Settings == settings && IsLoaded(caller, endpoint, name))
        {
            return (existing, []);
        }

        var wanted = new OnlineDeployment
        {
            Endpoint = endpoint.Name,
            Name = name,
            Model = version.Model,
            ModelVersion = version.Number,
            State = EndpointStore.Succeeded,
            CreatedAt = time.GetUtcNow(),
            Settings = settings,
        };
        var loaded = await LoadAsync(caller, wanted, version, endpoint.Collect, existing, ct);
        await RecordAsync(caller, wanted, version, ct);
        var definition = endpoint with { Deployments = [.. endpoint.Deployments.Where(known => known.Name != name), wanted] };
        return (wanted, swap.Run(caller.Workspace, definition, [loaded]));
    }

    private bool IsLoaded(Caller caller, OnlineEndpoint endpoint, string name) =>
        table.Find(caller.Workspace, endpoint.Name)?.Deployments.ContainsKey(name) == true;

    private static bool SameVersion(OnlineDeployment existing, ModelVersion version) =>
        existing.Model == version.Model && existing.ModelVersion == version.Number
            ? true
            : throw SlipwayException.Conflict(
                $"Deployment '{existing.Endpoint}/{existing.Name}' serves {existing.Model}:{existing.ModelVersion} for as long as it lives; "
                + $"deploy {version.Model}:{version.Number} under another name and move the traffic.");

    private async Task<ServedDeployment> LoadAsync(
        Caller caller, OnlineDeployment wanted, ModelVersion version, CollectMode collect, OnlineDeployment? existing, CancellationToken ct)
    {
        try
        {
            return await loader.LoadAsync(caller.Workspace, wanted, version, collect, ct);
        }
        catch (SlipwayException refusal)
        {
            var failed = wanted with { State = EndpointStore.Failed, Message = refusal.Message };
            // One that answers goes on as it was.
            if (existing is not { State: EndpointStore.Succeeded })
                await database.WriteAsync((tx, token) => EndpointStore.PutDeploymentAsync(tx, caller, failed, token), ct);
            await audit.AppendAsync(caller, "deployment.fail", failed.Node, detail: null, ct);
            throw;
        }
    }

    private async Task RecordAsync(Caller caller, OnlineDeployment wanted, ModelVersion version, CancellationToken ct)
    {
        await database.WriteAsync(
            async (tx, token) =>
            {
                await EndpointStore.PutDeploymentAsync(tx, caller, wanted, token);
                await history.AppendAsync(
                    tx, caller, wanted.Model, wanted.ModelVersion, "deployed", $"deployed as {wanted.Endpoint}/{wanted.Name}",
                    detail: null, token);
                await lineage.AppendAsync(tx, caller, [new NewEdge("deployed", version.Node, wanted.Node)], token);
            },
            ct);
        await audit.AppendAsync(caller, "deployment.create", wanted.Node, detail: null, ct);
    }
}
