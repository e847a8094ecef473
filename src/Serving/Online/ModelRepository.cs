using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Security.Contracts;
using Slipway.Serving.Contracts;
using Slipway.Serving.Protocol;
using Slipway.Serving.Routing;

namespace Slipway.Serving.Online;

/// <summary>The protocols' model repository: an endpoint's deployments, which can be put out of memory and back.</summary>
internal sealed class ModelRepository(
    OnlineEndpoints endpoints,
    EndpointStore store,
    DeploymentLoader loader,
    SwapDeployments swap,
    RetireDeployments retire,
    RoutingTable table,
    IModelRegistry registry,
    IAuditLog audit)
{
    /// <summary>By model and version.</summary>
    public async Task<IReadOnlyList<RepositoryModel>> ListAsync(WorkspaceName workspace, string endpoint, CancellationToken ct)
    {
        var definition = await store.FindAsync(workspace, endpoint, ct) ?? throw SlipwayException.NotFound("Endpoint", endpoint);
        var loaded = table.Find(workspace, endpoint)?.Deployments;
        return
        [
            .. definition.Deployments
                .GroupBy(deployment => (deployment.Model, deployment.ModelVersion))
                .OrderBy(group => group.Key.Model, StringComparer.Ordinal).ThenBy(group => group.Key.ModelVersion)
                .Select(group => new RepositoryModel(
                    group.Key.Model,
                    group.Key.ModelVersion,
                    group.Any(deployment => loaded?.ContainsKey(deployment.Name) == true),
                    group.Select(deployment => deployment.Message).FirstOrDefault(message => message is not null) ?? "")),
        ];
    }

    /// <summary>Loads the model's deployments anew and swaps them in; no request notices.</summary>
    public async Task LoadAsync(Caller caller, string endpoint, string model, CancellationToken ct)
    {
        var replaced = await endpoints.ActAsync(caller, endpoint, async () =>
        {
            var (definition, chosen) = await ChooseAsync(caller, endpoint, model, ct);
            var loaded = new List<ServedDeployment>();
            foreach (var deployment in chosen)
            {
                var reference = $"{deployment.Model}:{deployment.ModelVersion}";
                var version = await registry.FindAsync(caller, reference, ct) ?? throw SlipwayException.NotFound("Model version", reference);
                loaded.Add(await loader.LoadAsync(caller.Workspace, deployment, version, definition.Collect, ct));
            }

            await audit.AppendAsync(caller, "deployment.load", $"endpoint:{endpoint}", model, ct);
            return swap.Run(caller.Workspace, definition, loaded);
        }, ct);
        await retire.DrainAsync(replaced, ct);
    }

    /// <summary>Puts the model's deployments out of memory until they are loaded or the server starts again.</summary>
    public async Task UnloadAsync(Caller caller, string endpoint, string model, CancellationToken ct)
    {
        var gone = await endpoints.ActAsync(caller, endpoint, async () =>
        {
            var (definition, chosen) = await ChooseAsync(caller, endpoint, model, ct);
            if (chosen.FirstOrDefault(known => definition.Traffic.GetValueOrDefault(known.Name) > 0) is { } busy)
            {
                throw SlipwayException.Conflict(
                    $"Deployment '{busy.Name}' of model '{model}' has {definition.Traffic[busy.Name]} % of the traffic of '{endpoint}'; move it to another deployment first.");
            }

            await audit.AppendAsync(caller, "deployment.unload", $"endpoint:{endpoint}", model, ct);
            var before = table.Find(caller.Workspace, endpoint)?.Deployments.Values ?? [];
            table.Put(new ServedEndpoint(caller.Workspace, definition, [.. before.Where(known => known.Model.Name != model)]));
            return before.Where(known => known.Model.Name == model).ToList();
        }, ct);
        await retire.DrainAsync(gone, ct);
    }

    public static SlipwayException NoParameter(string name) => SlipwayException.Invalid(
        $"'{RequestText.Shorten(name)}' is no parameter here: a model is loaded as its deployment says. Change its settings, or register other files as a new version.");

    private async Task<(OnlineEndpoint Definition, List<OnlineDeployment> Chosen)> ChooseAsync(
        Caller caller, string endpoint, string model, CancellationToken ct)
    {
        var definition = await store.FindAsync(caller.Workspace, endpoint, ct) ?? throw SlipwayException.NotFound("Endpoint", endpoint);
        var chosen = definition.Deployments.Where(known => known.Model == model && known.State == EndpointStore.Succeeded).ToList();
        return chosen.Count > 0
            ? (definition, chosen)
            : throw SlipwayException.NotFound("A deployment of model", model);
    }
}

/// <summary>One model version behind an endpoint.</summary>
internal sealed record RepositoryModel(string Name, int Version, bool Ready, string Reason);
