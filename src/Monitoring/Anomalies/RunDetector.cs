using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Monitoring.Alerts;
using Slipway.Security.Contracts;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Anomalies;

/// <summary>
/// POST /api/v1/anomaly-detectors/{name}/run: judges the points that came since the last look, keeps what it says of them, and opens and
/// resolves alerts. The first look judges only as many as the count of violations needs.
/// </summary>
internal sealed class RunDetector(
    DetectorStore detectors, SeriesReader series, SeenSeries seen, FindingStore findings, Database database, AlertBook book, AlertNews news, AnomalyMeter meter,
    IAccess access, IAuditLog audit)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/anomaly-detectors/{name}/run", HandleAsync).WithName("RunAnomalyDetector").WithTags("anomalies");

    /// <summary>Asked for by somebody; in the order of time.</summary>
    public async Task<IReadOnlyList<Finding>> RunAsync(Caller caller, string name, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"anomaly:{name}", ct);
        var found = await LookAsync(caller, await detectors.GetAsync(caller.Workspace, name, ct), ct);
        await audit.AppendAsync(caller, "anomaly.run", $"anomaly:{name}", null, ct);
        return found;
    }

    public async Task<IReadOnlyList<Finding>> LookAsync(Caller caller, DetectorRow row, CancellationToken ct)
    {
        var detector = row.Read();
        var found = await JudgeAsync(caller, detector, row.Definition, ct);
        if (found.Count > 0)
        {
            var changes = await database.WriteAsync(
                async (tx, token) =>
                {
                    await findings.PutAsync(tx, caller.Workspace, detector.Name, found, token);
                    return detector.Alerts
                        ? await book.WriteAsync(tx, caller, PolicyOf(detector), [.. found.Select(finding => finding.ToCondition(detector))], token)
                        : new AlertChanges([], []);
                },
                ct);
            await news.TellAsync(caller, changes, ct);
            meter.Judged(detector.Name, found);
        }

        await detectors.NoteAsync(caller.Workspace, detector.Name, null, ct);
        return found;
    }

    private static AlertPolicy PolicyOf(AnomalyDetector detector) => new(detector.Rule, detector.Severity, TimeSpan.Zero, detector.OpensIncidents);

    private async Task<IReadOnlyList<Finding>> JudgeAsync(Caller caller, AnomalyDetector detector, string definition, CancellationToken ct)
    {
        if (await series.NewestAsync(caller, detector, ct) is not { } newest)
            return [];
        var last = await findings.LastAsync(caller.Workspace, detector.Name, ct);
        if (last >= newest)
            return [];
        var earlier = detector.Settings.Reach + ((detector.Settings.Every ?? TimeSpan.Zero) * detector.Violations.Of);
        var window = new TimeWindow(Before(last ?? newest, earlier), newest);
        var all = await seen.ReadAsync(caller, detector, definition, window, last, ct);
        return [.. all.SelectMany(one => one.Judge(detector, last + TimeSpan.FromMilliseconds(1))).OrderBy(finding => finding.Point.At)];
    }

    private static DateTimeOffset Before(DateTimeOffset time, TimeSpan span) =>
        time - DateTimeOffset.UnixEpoch > span ? time - span : DateTimeOffset.UnixEpoch;

    private static async Task<Ok<Response>> HandleAsync(string name, Caller caller, RunDetector operation, CancellationToken ct) =>
        TypedResults.Ok(new Response([.. (await operation.RunAsync(caller, name, ct)).Select(PointWire.Of)]));

    /// <param name="Points">Those that were judged by this look, in the order of time.</param>
    internal sealed record Response(IReadOnlyList<PointWire> Points);
}
