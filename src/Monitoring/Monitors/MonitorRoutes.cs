using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Monitoring.Definitions;
using Slipway.Security.Contracts;

namespace Slipway.Monitoring.Monitors;

/// <summary>/api/v1/monitors: declare (the body is the YAML), list, show, enable, disable, delete.</summary>
internal static class MonitorRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/monitors", CreateAsync).WithName("CreateMonitor").WithTags("monitoring");
        routes.MapGet("/monitors", ListAsync).WithName("ListMonitors").WithTags("monitoring");
        routes.MapGet("/monitors/{name}", ShowAsync).WithName("ShowMonitor").WithTags("monitoring");
        routes.MapPost("/monitors/{name}/enable", (string name, Caller caller, DeclareMonitor operation, CancellationToken ct) =>
            EnableAsync(name, true, caller, operation, ct)).WithName("EnableMonitor").WithTags("monitoring");
        routes.MapPost("/monitors/{name}/disable", (string name, Caller caller, DeclareMonitor operation, CancellationToken ct) =>
            EnableAsync(name, false, caller, operation, ct)).WithName("DisableMonitor").WithTags("monitoring");
        routes.MapDelete("/monitors/{name}", DeleteAsync).WithName("DeleteMonitor").WithTags("monitoring");
    }

    private static async Task<Ok<Response>> CreateAsync(
        DefinitionBody body, Caller caller, DeclareMonitor operation, CancellationToken ct) =>
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

    private static async Task<Ok<Response>> EnableAsync(string name, bool enabled, Caller caller, DeclareMonitor operation, CancellationToken ct) =>
        TypedResults.Ok(Response.Of(await operation.SwitchAsync(caller, name, enabled, ct)));

    private static async Task<NoContent> DeleteAsync(string name, Caller caller, DeclareMonitor operation, CancellationToken ct)
    {
        await operation.DeleteAsync(caller, name, ct);
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
