using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Monitoring.Alerts;
using Slipway.Security.Contracts;

namespace Slipway.Monitoring.Anomalies;

/// <summary>DELETE /api/v1/anomaly-detectors/{name}: with the detector go its points, and its open alerts are resolved.</summary>
internal sealed class DeleteDetector(Database database, AlertBook book, AlertNews news, IAccess access, IAuditLog audit)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapDelete("/anomaly-detectors/{name}", HandleAsync).WithName("DeleteAnomalyDetector").WithTags("anomalies");

    public async Task RunAsync(Caller caller, string name, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"anomaly:{name}", ct);
        var changes = await database.WriteAsync(
            async (tx, token) =>
            {
                if (!await DetectorStore.DeleteAsync(tx, caller.Workspace, name, token))
                    throw SlipwayException.NotFound("Anomaly detector", name);
                var open = await AlertStore.OpenAsync(tx, caller.Workspace, AnomalyDetector.RuleOf(name), token);
                return await book.ResolveAsync(tx, caller, open, token);
            },
            ct);
        await audit.AppendAsync(caller, "anomaly.delete", $"anomaly:{name}", null, ct);
        await news.TellAsync(caller, changes, ct);
    }

    private static async Task<NoContent> HandleAsync(string name, Caller caller, DeleteDetector operation, CancellationToken ct)
    {
        await operation.RunAsync(caller, name, ct);
        return TypedResults.NoContent();
    }
}
