using System.Text.Json.Nodes;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Serving.Contracts;

namespace Slipway.Serving.Online;

/// <summary>Says who gets copies of requests. A shadow answers nobody, so the model's history does not tell of it; lineage does.</summary>
internal sealed class SetMirror(Database database, LineageLog lineage, IAuditLog audit, TimeProvider time)
{
    public async Task RunAsync(
        Caller caller, OnlineEndpoint endpoint, IReadOnlyDictionary<string, int> mirror, string reason, CancellationToken ct)
    {
        foreach (var (name, percent) in mirror)
        {
            SetTraffic.CheckShare(endpoint, "mirror traffic", name, percent);
        }

        var wanted = mirror.Where(pair => pair.Value > 0).ToDictionary();
        var changed = endpoint.Deployments.Where(known =>
            endpoint.MirrorTraffic.GetValueOrDefault(known.Name) != wanted.GetValueOrDefault(known.Name)).ToList();
        await database.WriteAsync(
            async (tx, token) =>
            {
                await EndpointStore.SetMirrorAsync(tx, caller.Workspace, endpoint.Name, wanted, time.UtcNow(), token);
                await lineage.AppendAsync(
                    tx,
                    caller,
                    [
                        .. changed.Select(known => new NewEdge(
                            "mirror",
                            known.Node,
                            endpoint.Node,
                            new JsonObject
                            {
                                ["from_percent"] = endpoint.MirrorTraffic.GetValueOrDefault(known.Name),
                                ["percent"] = wanted.GetValueOrDefault(known.Name),
                                ["reason"] = reason,
                            }.ToJsonString())),
                    ],
                    token);
            },
            ct);
        await audit.AppendAsync(caller, "endpoint.mirror", endpoint.Node, SetTraffic.Detail("mirror_traffic", wanted, reason), ct);
    }
}
