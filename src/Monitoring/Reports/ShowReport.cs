using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Kernel.Http;
using Slipway.Monitoring.Contracts;
using Slipway.Monitoring.Monitors;
using Slipway.Monitoring.Runs;
using Slipway.Security.Contracts;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Reports;

/// <summary>GET /api/v1/monitors/{name}/report?run=&amp;compare=&amp;format=json|html: a window of the monitor, told whole.</summary>
internal sealed class ShowReport(MonitorStore monitors, RunStore runs, HistogramStore histograms, IAccess access)
{
    private const int MostWindows = 30;
    private const string Previous = "previous";

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/monitors/{name}/report", HandleAsync).WithName("ShowMonitorReport").WithTags("monitoring");

    /// <param name="run">The id of a run; null: the one of the latest window.</param>
    /// <param name="compare">The id of another run, or "previous"; null: none.</param>
    public async Task<Report> RunAsync(Caller caller, string name, string? run, string? compare, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"monitor:{name}", ct);
        await monitors.GetAsync(caller.Workspace, name, ct);
        var shown = run is not null ? await FindAsync(caller, name, run, ct)
            : await runs.ListAsync(caller.Workspace, name, 1, ct) is [var latest] ? latest
            : throw new SlipwayException(ErrorCode.NotFound, $"Monitor '{name}' has not run yet; run it over a window first.");
        var past = await runs.WithinAsync(
            caller.Workspace, name, new TimeWindow(DateTimeOffset.MinValue, shown.Window.To), MostWindows, ct);
        var compared = compare switch
        {
            null => null,
            Previous => past.FirstOrDefault(one => one.Window.To < shown.Window.To)
                ?? throw SlipwayException.Invalid($"Run {shown.Id} is of the first window of '{name}'; there is none before to compare with."),
            _ => await FindAsync(caller, name, compare, ct),
        };
        if (compared?.Id == shown.Id)
            throw SlipwayException.Invalid($"Run {shown.Id} cannot be compared with itself; name another run in compare, or '{Previous}'.");
        return new Report(
            Describe(shown),
            compared is null ? null : Describe(compared),
            ReportFigures.Of(shown, compared, Trend(shown, past)),
            ReportHistograms.Of(
                await histograms.ListAsync(shown.Id, ct), compared is null ? null : await histograms.ListAsync(compared.Id, ct)));
    }

    private static async Task<Results<Ok<Report>, ContentHttpResult>> HandleAsync(
        string name, string? run, string? compare, string? format, Caller caller, HttpContext http, ShowReport operation, CancellationToken ct)
    {
        if (format is not (null or "json" or "html"))
            throw SlipwayException.Invalid($"format is '{format}'; it is json or html.");
        var report = await operation.RunAsync(caller, name, run, compare, ct);
        return format == "html" ? StaticPage.Show(http, ReportPage.Render(report)) : TypedResults.Ok(report);
    }

    // A window that was measured again counts once, by what was found last; the run that is shown stands for its own.
    private static IReadOnlyList<MonitorRun> Trend(MonitorRun shown, IReadOnlyList<MonitorRun> past) =>
        [.. past.Prepend(shown).DistinctBy(one => one.Window).OrderBy(one => one.Window.To).ThenBy(one => one.Window.From)];

    private static Report.OfRun Describe(MonitorRun run) => new(
        run.Id, run.Monitor, run.Endpoint, run.Window.From, run.Window.To, run.Status, run.Message, run.Model, run.ModelVersion, run.Rows,
        run.Labelled, run.Metrics.Count(metric => metric.Crossed), run.StartedAt, run.EndedAt, run.StartedBy);

    private async Task<MonitorRun> FindAsync(Caller caller, string name, string id, CancellationToken ct) =>
        await runs.FindAsync(caller.Workspace, id, ct) is { } run && run.Monitor == name
            ? run
            : throw SlipwayException.NotFound("Monitor run", $"{name}/{id}");
}
