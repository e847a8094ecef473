using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Monitoring.Definitions;
using Slipway.Security.Contracts;

namespace Slipway.Monitoring.Anomalies;

/// <summary>/api/v1/anomaly-detectors: declare (the body is the YAML), list, show, and the points that were judged.</summary>
internal static class DetectorRoutes
{
    private const int Most = 10_000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/anomaly-detectors", CreateAsync).WithName("CreateAnomalyDetector").WithTags("anomalies");
        routes.MapGet("/anomaly-detectors", ListAsync).WithName("ListAnomalyDetectors").WithTags("anomalies");
        routes.MapGet("/anomaly-detectors/{name}", ShowAsync).WithName("ShowAnomalyDetector").WithTags("anomalies");
        routes.MapGet("/anomaly-detectors/{name}/points", PointsAsync).WithName("ListAnomalyPoints").WithTags("anomalies");
    }

    private static async Task<Ok<Response>> CreateAsync(DefinitionBody body, Caller caller, CreateDetector operation, CancellationToken ct) =>
        TypedResults.Ok(Response.Of(await operation.RunAsync(caller, body.Text, ct)));

    private static async Task<Ok<Listing>> ListAsync(Caller caller, IAccess access, DetectorStore detectors, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, "anomaly detectors", ct);
        return TypedResults.Ok(new Listing([.. (await detectors.ListAsync(caller.Workspace, ct)).Select(Response.Of)]));
    }

    private static async Task<Ok<Response>> ShowAsync(string name, Caller caller, IAccess access, DetectorStore detectors, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"anomaly:{name}", ct);
        return TypedResults.Ok(Response.Of(await detectors.GetAsync(caller.Workspace, name, ct)));
    }

    private static async Task<Ok<Points>> PointsAsync(
        string name, bool? anomalous, int? limit, Caller caller, IAccess access, DetectorStore detectors, FindingStore findings, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"anomaly:{name}", ct);
        await detectors.GetAsync(caller.Workspace, name, ct);
        var found = await findings.ListAsync(caller.Workspace, name, anomalous == true, Math.Clamp(limit ?? 100, 1, Most), ct);
        return TypedResults.Ok(new Points([.. found.Select(PointWire.Of)]));
    }

    internal sealed record Listing(IReadOnlyList<Response> Detectors);

    /// <param name="Items">Newest first.</param>
    internal sealed record Points(IReadOnlyList<PointWire> Items);

    /// <param name="Error">Why it could not be looked at last; null: it could.</param>
    internal sealed record Response(
        string Name, string Detector, string Severity, string? Every, string History, bool Alerts, string? Error, DateTimeOffset? LookedAt, string Definition,
        DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset UpdatedAt)
    {
        public static Response Of(DetectorRow row)
        {
            var detector = row.Read();
            return new Response(
                row.Name, detector.Detector.Type, detector.Severity, detector.EveryText, detector.HistoryText, detector.Alerts, row.Error,
                row.LookedAt == 0 ? null : row.LookedAt.ToTime(), row.Definition, row.CreatedAt.ToTime(), row.CreatedBy, row.UpdatedAt.ToTime());
        }
    }
}

/// <summary>Checks and keeps an anomaly detector; one of the same name is replaced.</summary>
internal sealed class CreateDetector(DetectorStore detectors, SeriesReader series, IAccess access, IAuditLog audit)
{
    public async Task<DetectorRow> RunAsync(Caller caller, string yaml, CancellationToken ct)
    {
        var detector = AnomalyDetector.Read(yaml, "anomaly-detector.yml");
        await access.DemandAsync(caller, Permission.Write, $"anomaly:{detector.Name}", ct);
        await series.CheckAsync(caller, detector, ct);
        await detectors.PutAsync(caller, detector.Name, yaml, ct);
        await audit.AppendAsync(caller, "anomaly.create", $"anomaly:{detector.Name}", null, ct);
        return await detectors.GetAsync(caller.Workspace, detector.Name, ct);
    }
}
