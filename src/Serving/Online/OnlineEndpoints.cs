using System.Text.Json;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Serving.Contracts;
using Slipway.Serving.Routing;

namespace Slipway.Serving.Online;

/// <summary>Endpoints for the modules above and for the routes: each act is checked, recorded, and then seen by requests.</summary>
internal sealed class OnlineEndpoints(
    Database database,
    EndpointStore store,
    RoutingTable table,
    ChosenEnvironment environment,
    CreateDeployment create,
    RetireDeployments retire,
    SetTraffic setTraffic,
    SetMirror setMirror,
    EndpointCredentials credentials,
    IAccess access,
    IAuditLog audit,
    TimeProvider time) : IEndpoints
{
    private readonly EndpointTurns _turns = new();

    public Task<OnlineEndpoint> CreateAsync(Caller caller, string endpoint, CollectMode collect, CancellationToken ct) =>
        ActAsync(caller, endpoint, async () =>
        {
            ServingName.Check("an endpoint's name", endpoint);
            await database.WriteAsync(
                (tx, token) => EndpointStore.PutEndpointAsync(tx, caller, endpoint, collect, time.UtcNow(), token), ct);
            await audit.AppendAsync(caller, "endpoint.create", $"endpoint:{endpoint}", detail: null, ct);
            return await RefreshAsync(caller, endpoint, ct);
        }, ct);

    public Task<OnlineEndpoint> ConfigureAsync(Caller caller, string endpoint, EndpointSettings settings, CancellationToken ct) =>
        ActAsync(caller, endpoint, async () =>
        {
            if (settings.RetentionDays is < 1 or > 36_500)
                throw SlipwayException.Invalid($"retention_days is {settings.RetentionDays}; it is from 1 to 36500, or left out: answers are kept for ever.");
            var definition = await GetAsync(caller, endpoint, ct);
            if (settings == definition.Settings)
                return definition;
            if (settings.AuthMode is AuthMode.Key or AuthMode.AmlToken)
                await credentials.EnsureKeysAsync(caller, endpoint, ct);
            await database.WriteAsync(
                (tx, token) => EndpointStore.SetSettingsAsync(tx, caller.Workspace, endpoint, settings, time.UtcNow(), token), ct);
            await audit.AppendAsync(
                caller, "endpoint.configure", definition.Node, JsonSerializer.Serialize(settings, ServingJson.Default.EndpointSettings), ct);
            return await RefreshAsync(caller, endpoint, ct);
        }, ct);

    public async Task<OnlineEndpoint?> FindAsync(Caller caller, string endpoint, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"endpoint:{endpoint}", ct);
        return await store.FindAsync(caller.Workspace, endpoint, ct);
    }

    public async Task<IReadOnlyList<OnlineEndpoint>> ListAsync(Caller caller, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, "the endpoints", ct);
        return await store.ListAsync(caller.Workspace, ct);
    }

    public async Task<OnlineDeployment> DeployAsync(
        Caller caller, string endpoint, string deployment, string model, DeploymentSettings settings, CancellationToken ct)
    {
        var (created, replaced) = await ActAsync(caller, endpoint, async () =>
        {
            ServingName.Check("a deployment's name", deployment);
            SettingsLimits.Check(settings);
            foreach (var secret in settings.Proxy?.Secrets ?? [])
                await access.DemandAsync(caller, Permission.Approve, $"secret:{secret}", ct);
            var definition = await GetAsync(caller, endpoint, ct);
            return await create.RunAsync(caller, definition, deployment, model, await environment.ReadAsync(caller, settings, ct), ct);
        }, ct);
        await retire.DrainAsync(replaced, ct);
        return created;
    }

    public Task SetTrafficAsync(
        Caller caller, string endpoint, IReadOnlyDictionary<string, int> traffic, string reason, CancellationToken ct) =>
        ActAsync(caller, endpoint, async () =>
        {
            var definition = await GetAsync(caller, endpoint, ct);
            await setTraffic.RunAsync(caller, definition, traffic, reason, ct);
            return await RefreshAsync(caller, endpoint, ct);
        }, ct);

    public Task SetMirrorAsync(
        Caller caller, string endpoint, IReadOnlyDictionary<string, int> mirror, string reason, CancellationToken ct) =>
        ActAsync(caller, endpoint, async () =>
        {
            await setMirror.RunAsync(caller, await GetAsync(caller, endpoint, ct), mirror, reason, ct);
            return await RefreshAsync(caller, endpoint, ct);
        }, ct);

    public async Task DeleteDeploymentAsync(Caller caller, string endpoint, string deployment, CancellationToken ct)
    {
        var retired = await ActAsync(caller, endpoint, async () =>
        {
            var definition = await GetAsync(caller, endpoint, ct);
            var found = definition.Deployments.FirstOrDefault(known => known.Name == deployment)
                ?? throw SlipwayException.NotFound("Deployment", $"{endpoint}/{deployment}");
            return await retire.RunAsync(caller, definition, [found], alsoEndpoint: false, ct);
        }, ct);
        await retire.DrainAsync(retired, ct);
    }

    public async Task DeleteAsync(Caller caller, string endpoint, CancellationToken ct)
    {
        var retired = await ActAsync(caller, endpoint, async () =>
        {
            var definition = await GetAsync(caller, endpoint, ct);
            return await retire.RunAsync(caller, definition, definition.Deployments, alsoEndpoint: true, ct);
        }, ct);
        await credentials.DeleteAsync(caller, endpoint, ct);
        await retire.DrainAsync(retired, ct);
    }

    public async Task<DeploymentStats> StatsAsync(Caller caller, string endpoint, string deployment, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"endpoint:{endpoint}", ct);
        var found = table.Find(caller.Workspace, endpoint)?.Deployments.GetValueOrDefault(deployment)
            ?? throw SlipwayException.NotFound("A loaded deployment", $"{endpoint}/{deployment}");
        return found.Counters.Stats() with
        {
            SampledOut = found.Collected.LeftOut.Sampled,
            OptedOut = found.Collected.LeftOut.Opted,
            Mirrored = found.ShadowCounters.Stats(),
        };
    }

    /// <summary>Acts on an endpoint come one after the other; each demands the permission to write.</summary>
    public async Task<T> ActAsync<T>(Caller caller, string endpoint, Func<Task<T>> act, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"endpoint:{endpoint}", ct);
        return await _turns.RunAsync(caller.Workspace, endpoint, act, ct);
    }

    private async Task<OnlineEndpoint> GetAsync(Caller caller, string endpoint, CancellationToken ct) =>
        await store.FindAsync(caller.Workspace, endpoint, ct) ?? throw SlipwayException.NotFound("Endpoint", endpoint);

    /// <summary>Requests see from now on what the records say.</summary>
    private async Task<OnlineEndpoint> RefreshAsync(Caller caller, string endpoint, CancellationToken ct)
    {
        var definition = await GetAsync(caller, endpoint, ct);
        var loaded = table.Find(caller.Workspace, endpoint)?.Deployments.Values ?? [];
        table.Put(new ServedEndpoint(caller.Workspace, definition, loaded));
        return definition;
    }
}
