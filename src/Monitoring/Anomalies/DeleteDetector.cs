using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Monitoring.Alerts;

namespace Slipway.Monitoring.Anomalies;

/// <summary>DELETE /api/v1/anomaly-detectors/{name}: with the detector go its points, and its open alerts are resolved.</summary>
internal sealed class DeleteDetector(Deletion deletion)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapDelete("/anomaly-detectors/{name}", HandleAsync).WithName("DeleteAnomalyDetector").WithTags("anomalies");

    public Task RunAsync(Caller caller, string name, CancellationToken ct) => deletion.RunAsync(
        caller, "Anomaly detector", "anomaly", name, AnomalyDetector.RuleOf(name), (tx, token) => DetectorStore.DeleteAsync(tx, caller.Workspace, name, token), ct);

    private static async Task<NoContent> HandleAsync(string name, Caller caller, DeleteDetector operation, CancellationToken ct)
    {
        await operation.RunAsync(caller, name, ct);
        return TypedResults.NoContent();
    }
}
