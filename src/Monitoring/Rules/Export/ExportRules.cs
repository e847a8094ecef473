using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Monitoring.Monitors;
using Slipway.Security.Contracts;

namespace Slipway.Monitoring.Rules.Export;

/// <summary>
/// GET /api/v1/alert-rules/prometheus: the workspace's alert rules and the limits of its monitors as a file of rules for Prometheus;
/// …/grafana: a dashboard.
/// </summary>
internal sealed class ExportRules(MonitorStore monitors, RuleStore rules, IAccess access)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/alert-rules/prometheus", HandleAsync).WithName("ExportAlertRules").WithTags("alerts").Produces<string>(contentType: "application/yaml");
        routes.MapGet("/alert-rules/grafana", DashboardAsync).WithName("ExportDashboard").WithTags("alerts");
    }

    public async Task<string> RunAsync(Caller caller, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, "alert rules", ct);
        return PrometheusRules.Of(
            caller.Workspace,
            (await monitors.ListAsync(caller.Workspace, ct)).Where(row => row.Enabled).Select(row => row.Read()),
            (await rules.ListAsync(caller.Workspace, ct)).Select(row => row.Read()));
    }

    private static async Task<ContentHttpResult> HandleAsync(Caller caller, ExportRules operation, CancellationToken ct) =>
        TypedResults.Text(await operation.RunAsync(caller, ct), "application/yaml");

    private static async Task<Ok<JsonElement>> DashboardAsync(Caller caller, IAccess access, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, "alert rules", ct);
        using var dashboard = JsonDocument.Parse(GrafanaDashboard.Create().ToJsonString());
        return TypedResults.Ok(dashboard.RootElement.Clone());
    }
}
