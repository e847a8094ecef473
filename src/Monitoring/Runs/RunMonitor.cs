using System.Data.Common;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Monitoring.Alerts;
using Slipway.Monitoring.Contracts;
using Slipway.Monitoring.Definitions;
using Slipway.Monitoring.Measures;
using Slipway.Monitoring.Monitors;
using Slipway.Security.Contracts;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Runs;

/// <summary>POST /api/v1/monitors/{name}/runs: measures a window of event time, and keeps and tells what was found.</summary>
internal sealed partial class RunMonitor(
    MonitorStore monitors,
    SignalMeasurement measurement,
    AlertBook alerts,
    Database database,
    LineageLog lineage,
    IAccess access,
    IAuditLog audit,
    Events events,
    AlertNews news,
    Coverage coverage,
    MonitoringMeter meter,
    TimeProvider time,
    ILogger<RunMonitor> logger)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/monitors/{name}/runs", HandleAsync).WithName("RunMonitor").WithTags("monitoring");

    public async Task<MonitorRun> RunAsync(Caller caller, string name, TimeWindow window, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"monitor:{name}", ct);
        var monitor = await monitors.GetAsync(caller.Workspace, name, ct);
        var started = time.GetUtcNow();
        var findings = await measurement.MeasureAsync(caller, monitor, window, ct);
        var run = Describe(caller, monitor, window, started, findings, await coverage.TellAsync(caller, monitor, window, ct));
        var changes = await database.WriteAsync(
            async (tx, token) =>
            {
                await RunStore.InsertAsync(tx, caller.Workspace, run, token);
                await HistogramStore.InsertAsync(tx, run, findings.Results, token);
                await lineage.AppendAsync(tx, caller, Edges(run, findings), token);
                return await AlertAsync(tx, caller, run, findings, token);
            },
            ct);
        await TellAsync(caller, run, changes, ct);
        return run;
    }

    private static async Task<Ok<RunWire>> HandleAsync(
        string name, Request request, Caller caller, RunMonitor operation, CancellationToken ct) =>
        TypedResults.Ok(RunWire.Of(await operation.RunAsync(caller, name, WindowText.Checked(request.From, request.To), ct)));

    private static IEnumerable<NewEdge> Edges(MonitorRun run, Findings findings)
    {
        if (findings.Version is { } version)
            yield return new NewEdge("monitored", version.Node, run.Node);
        foreach (var deployment in findings.Deployments)
            yield return new NewEdge("monitored", $"deployment:{run.Endpoint}/{deployment}", run.Node);
    }

    private async Task<AlertChanges> AlertAsync(DbTransaction tx, Caller caller, MonitorRun run, Findings findings, CancellationToken ct)
    {
        var raised = new List<Alert>();
        var resolved = new List<Alert>();
        foreach (var (policy, condition) in MonitorAlerts.Of(run, findings.Results))
        {
            var changes = await alerts.WriteAsync(tx, caller, policy, [condition], ct);
            raised.AddRange(changes.Raised);
            resolved.AddRange(changes.Resolved);
        }

        return new AlertChanges(raised, resolved);
    }

    private MonitorRun Describe(
        Caller caller, MonitorDefinition monitor, TimeWindow window, DateTimeOffset started, Findings findings, string? coverage)
    {
        var messages = findings.Results
            .Where(result => result.Message is not null)
            .Select(result => $"{result.Signal.Name}: {result.Message}").Concat(coverage is null ? [] : [coverage]).ToList();
        return new MonitorRun
        {
            Id = Ids.New(time),
            Monitor = monitor.Name,
            Endpoint = monitor.Endpoint,
            Window = window,
            Status = findings.Results.Any(result => result.Measured) ? "Completed" : "NoData",
            Message = messages.Count == 0 ? null : string.Join(" ", messages),
            Model = findings.Version?.Model,
            ModelVersion = findings.Version?.Number,
            Rows = findings.Rows,
            Labelled = findings.Results.Max(result => (long?)result.Labelled) ?? 0,
            StartedAt = started,
            EndedAt = time.GetUtcNow(),
            StartedBy = caller.Principal,
            Metrics = [.. findings.Results.SelectMany(result => result.Metrics)],
        };
    }

    private async Task TellAsync(Caller caller, MonitorRun run, AlertChanges changes, CancellationToken ct)
    {
        await audit.AppendAsync(caller, "monitor.run", $"monitor:{run.Monitor}", null, ct);
        meter.Ran(run);
        Log.Ran(logger, run.Monitor, WindowText.Of(run.Window), run.Rows, run.Status);
        if (run.Metrics.Any(metric => metric is { Crossed: true, IsDrift: true }))
            await events.RaiseAsync(new DriftFound(caller, run), ct);
        await news.TellAsync(caller, changes, ct);
    }

    /// <param name="From">Event time, inclusive.</param>
    /// <param name="To">Event time, exclusive.</param>
    public sealed record Request(DateTimeOffset From, DateTimeOffset To);

    private static partial class Log
    {
        [LoggerMessage(9001, LogLevel.Information, "Monitor {Monitor} looked at {Window}: {Rows} rows, {Status}")]
        public static partial void Ran(ILogger logger, string monitor, string window, long rows, string status);
    }
}
