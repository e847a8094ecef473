using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Monitoring.Definitions;
using Slipway.Security.Contracts;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Monitors;

/// <summary>/api/v1/monitors: declare (the body is the YAML), list, show, enable, disable, delete.</summary>
internal static class MonitorRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/monitors", CreateAsync).WithName("CreateMonitor").WithTags("monitoring");
        routes.MapGet("/monitors", ListAsync).WithName("ListMonitors").WithTags("monitoring");
        routes.MapGet("/monitors/{name}", ShowAsync).WithName("ShowMonitor").WithTags("monitoring");
        routes.MapPost("/monitors/{name}/enable", (string name, Caller caller, IAccess access, IAuditLog audit, MonitorStore monitors, CancellationToken ct) =>
            EnableAsync(name, true, caller, access, audit, monitors, ct)).WithName("EnableMonitor").WithTags("monitoring");
        routes.MapPost("/monitors/{name}/disable", (string name, Caller caller, IAccess access, IAuditLog audit, MonitorStore monitors, CancellationToken ct) =>
            EnableAsync(name, false, caller, access, audit, monitors, ct)).WithName("DisableMonitor").WithTags("monitoring");
        routes.MapDelete("/monitors/{name}", DeleteAsync).WithName("DeleteMonitor").WithTags("monitoring");
    }

    private static async Task<Ok<Response>> CreateAsync(
        DefinitionBody body, Caller caller, CreateMonitor operation, CancellationToken ct) =>
        TypedResults.Ok(Response.Of(await operation.RunAsync(caller, body.Text, ct)));

    private static async Task<Ok<Listing>> ListAsync(Caller caller, IAccess access, MonitorStore monitors, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, "monitors", ct);
        return TypedResults.Ok(new Listing([.. (await monitors.ListAsync(caller.Workspace, ct)).Select(Response.Of)]));
    }

    private static async Task<Ok<Response>> ShowAsync(
        string name, Caller caller, IAccess access, MonitorStore monitors, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"monitor:{name}", ct);
        return TypedResults.Ok(Response.Of(
            await monitors.FindAsync(caller.Workspace, name, ct) ?? throw SlipwayException.NotFound("Monitor", name)));
    }

    private static async Task<Ok<Response>> EnableAsync(
        string name, bool enabled, Caller caller, IAccess access, IAuditLog audit, MonitorStore monitors, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"monitor:{name}", ct);
        if (!await monitors.SetEnabledAsync(caller.Workspace, name, enabled, ct))
            throw SlipwayException.NotFound("Monitor", name);
        await audit.AppendAsync(caller, enabled ? "monitor.enable" : "monitor.disable", $"monitor:{name}", null, ct);
        return TypedResults.Ok(Response.Of((await monitors.FindAsync(caller.Workspace, name, ct))!));
    }

    private static async Task<NoContent> DeleteAsync(
        string name, Caller caller, IAccess access, IAuditLog audit, MonitorStore monitors, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"monitor:{name}", ct);
        if (!await monitors.DeleteAsync(caller.Workspace, name, ct))
            throw SlipwayException.NotFound("Monitor", name);
        await audit.AppendAsync(caller, "monitor.delete", $"monitor:{name}", null, ct);
        return TypedResults.NoContent();
    }

    internal sealed record Listing(IReadOnlyList<Response> Monitors);

    internal sealed record Response(
        string Name, string Endpoint, IReadOnlyList<string> Signals, bool Enabled, IReadOnlyList<string> Emails, string Definition,
        DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset UpdatedAt)
    {
        public static Response Of(MonitorRow row)
        {
            var monitor = row.Read();
            return new Response(
                row.Name, monitor.Endpoint, [.. monitor.Signals.Select(signal => signal.Name)], row.Enabled, monitor.Emails, row.Definition,
                row.CreatedAt.ToTime(), row.CreatedBy, row.UpdatedAt.ToTime());
        }
    }
}

/// <summary>Checks and keeps a monitor; one of the same name is replaced.</summary>
internal sealed class CreateMonitor(MonitorStore monitors, IEndpoints endpoints, IAccess access, IAuditLog audit)
{
    /// <summary>Refuses what could not be kept.</summary>
    public async Task<MonitorDefinition> CheckAsync(Caller caller, string yaml, CancellationToken ct)
    {
        var monitor = MonitorReader.Read(yaml, "monitor.yml");
        await access.DemandAsync(caller, Permission.Write, $"monitor:{monitor.Name}", ct);
        return monitor.Endpoint.Length == 0 || await endpoints.FindAsync(caller, monitor.Endpoint, ct) is not null
            ? monitor
            : throw SlipwayException.NotFound("Endpoint", monitor.Endpoint);
    }

    public async Task<MonitorRow> RunAsync(Caller caller, string yaml, CancellationToken ct)
    {
        var monitor = await CheckAsync(caller, yaml, ct);
        await monitors.PutAsync(caller, monitor.Name, yaml, ct);
        await audit.AppendAsync(caller, "monitor.create", $"monitor:{monitor.Name}", null, ct);
        return (await monitors.FindAsync(caller.Workspace, monitor.Name, ct))!;
    }
}
