using System.Data.Common;
using System.Text.Json.Nodes;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Security.Contracts;
using Slipway.Serving.Contracts;

namespace Slipway.Serving.Online;

/// <summary>Moves live traffic between deployments; who got how much from when on, and why, goes to history and lineage.</summary>
internal sealed class SetTraffic(
    Database database, IModelHistory history, LineageLog lineage, IAuditLog audit, TimeProvider time)
{
    public async Task RunAsync(
        Caller caller, OnlineEndpoint endpoint, IReadOnlyDictionary<string, int> traffic, string reason, CancellationToken ct)
    {
        Check(endpoint, traffic);
        if (string.IsNullOrWhiteSpace(reason))
            throw SlipwayException.Invalid("Say why the traffic moves: the reason is kept with the model's history.");

        await database.WriteAsync((tx, token) => WriteAsync(tx, caller, endpoint, traffic, reason, token), ct);
        await audit.AppendAsync(caller, "endpoint.traffic", endpoint.Node, Detail("traffic", traffic, reason), ct);
    }

    /// <summary>Refuses a share of a deployment that does not exist, cannot answer, or is no percentage.</summary>
    internal static void CheckShare(OnlineEndpoint endpoint, string what, string name, int percent)
    {
        var names = endpoint.Deployments.Select(deployment => deployment.Name).ToList();
        var deployment = endpoint.Deployments.FirstOrDefault(known => known.Name == name) ?? throw SlipwayException.Invalid(
            $"Endpoint '{endpoint.Name}' has no deployment '{name}'.{Nearest.Hint(name, names)} It has: {string.Join(", ", names)}.");
        if (percent is < 0 or > 100)
            throw SlipwayException.Invalid($"The {what} of '{name}' is {percent}; it is a percentage from 0 to 100.");
        if (percent > 0 && deployment.State != EndpointStore.Succeeded)
            throw SlipwayException.Conflict($"Deployment '{name}' does not answer ({deployment.Message}); it can have no {what}.");
    }

    internal static string Detail(string what, IReadOnlyDictionary<string, int> percents, string reason) => new JsonObject
    {
        [what] = new JsonObject(percents.Select(pair => KeyValuePair.Create<string, JsonNode?>(pair.Key, pair.Value))),
        ["reason"] = reason,
    }.ToJsonString();

    private static void Check(OnlineEndpoint endpoint, IReadOnlyDictionary<string, int> traffic)
    {
        foreach (var (name, percent) in traffic)
            CheckShare(endpoint, "traffic", name, percent);
        if (traffic.Values.Sum() is var sum and not (0 or 100))
            throw SlipwayException.Invalid($"The traffic sums to {sum} percent; it must be 100, or 0 to stop all.");
    }

    private async Task WriteAsync(
        DbTransaction tx, Caller caller, OnlineEndpoint endpoint, IReadOnlyDictionary<string, int> traffic, string reason,
        CancellationToken ct)
    {
        var before = await EndpointStore.FindTrafficAsync(tx, caller.Workspace, endpoint.Name, ct)
            ?? throw SlipwayException.NotFound("Endpoint", endpoint.Name);
        await EndpointStore.SetTrafficAsync(tx, caller.Workspace, endpoint.Name, traffic, time.UtcNow(), ct);
        foreach (var deployment in endpoint.Deployments)
        {
            var (old, now) = (before.GetValueOrDefault(deployment.Name), traffic.GetValueOrDefault(deployment.Name));
            if (old == now)
                continue;

            var detail = new JsonObject { ["from_percent"] = old, ["percent"] = now, ["reason"] = reason }.ToJsonString();
            await history.AppendAsync(
                tx, caller, deployment.Model, deployment.ModelVersion, now > 0 ? "traffic" : "retired",
                $"{now} % of {endpoint.Name} ({deployment.Name}): {reason}", detail, ct);
            await lineage.AppendAsync(tx, caller, [new NewEdge("traffic", deployment.Node, endpoint.Node, detail)], ct);
        }
    }
}
