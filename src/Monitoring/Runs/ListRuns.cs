using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Monitoring.Monitors;
using Slipway.Security.Contracts;

namespace Slipway.Monitoring.Runs;

/// <summary>GET /api/v1/monitors/{name}/runs (latest window first) and /runs/{id}.</summary>
internal static class ListRuns
{
    private const int Most = 500;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/monitors/{name}/runs", ListAsync).WithName("ListMonitorRuns").WithTags("monitoring");
        routes.MapGet("/monitors/{name}/runs/{id}", ShowAsync).WithName("ShowMonitorRun").WithTags("monitoring");
    }

    private static async Task<Ok<Response>> ListAsync(
        string name, int? limit, Caller caller, IAccess access, MonitorStore monitors, RunStore runs, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"monitor:{name}", ct);
        await monitors.GetAsync(caller.Workspace, name, ct);
        var found = await runs.ListAsync(caller.Workspace, name, Math.Clamp(limit ?? 50, 1, Most), ct);
        return TypedResults.Ok(new Response([.. found.Select(RunWire.Of)]));
    }

    private static async Task<Ok<RunWire>> ShowAsync(
        string name, string id, Caller caller, IAccess access, RunStore runs, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"monitor:{name}", ct);
        return await runs.FindAsync(caller.Workspace, id, ct) is { } run && run.Monitor == name
            ? TypedResults.Ok(RunWire.Of(run))
            : throw SlipwayException.NotFound("Monitor run", $"{name}/{id}");
    }

    internal sealed record Response(IReadOnlyList<RunWire> Runs);
}
