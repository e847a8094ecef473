using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Jobs.Schedules;

/// <summary>GET /api/v1/schedules, one of them, and what became of its occurrences.</summary>
internal sealed class ShowSchedules(ScheduleStore schedules, FiringStore firings, IAccess access)
{
    private const int MostFirings = 1000;

    private static readonly string[] s_states = [FiringState.Waiting, FiringState.Fired, FiringState.Skipped, FiringState.Failed];

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/schedules", ListAsync).WithName("ListSchedules").WithTags("schedules");
        routes.MapGet("/schedules/{name}", ShowAsync).WithName("ShowSchedule").WithTags("schedules");
        routes.MapGet("/schedules/{name}/history", HistoryAsync).WithName("ShowScheduleHistory").WithTags("schedules");
    }

    public async Task<Schedule> FindAsync(Caller caller, string name, Permission permission, CancellationToken ct)
    {
        await access.DemandAsync(caller, permission, $"schedule:{name}", ct);
        return await schedules.FindAsync(caller.Workspace, name, ct) ?? throw SlipwayException.NotFound("Schedule", name);
    }

    private static async Task<Ok<ScheduleWire>> ShowAsync(Caller caller, string name, ShowSchedules operation, CancellationToken ct) =>
        TypedResults.Ok(ScheduleWire.Of(await operation.FindAsync(caller, name, Permission.Read, ct)));

    /// <param name="enabled">Only these; null: all.</param>
    private static async Task<Ok<Response>> ListAsync(Caller caller, ShowSchedules operation, CancellationToken ct, bool? enabled = null)
    {
        await operation.DemandAsync(caller, ct);
        var all = await operation.AllAsync(caller, ct);
        return TypedResults.Ok(new Response(
            [.. all.Where(schedule => enabled is null || schedule.IsEnabled == enabled).Select(ScheduleWire.Of)]));
    }

    private static async Task<Ok<History>> HistoryAsync(
        Caller caller, string name, ShowSchedules operation, CancellationToken ct, string? state = null, int limit = 50)
    {
        if (limit is < 1 or > MostFirings)
            throw SlipwayException.Invalid($"limit is {limit}; it must be from 1 to {MostFirings}.");
        if (state is not null && !s_states.Contains(state))
            throw SlipwayException.Invalid($"'{state}' is not a state of an occurrence.{Nearest.Hint(state, s_states)} Known: {string.Join(", ", s_states)}.");
        var schedule = await operation.FindAsync(caller, name, Permission.Read, ct);
        return TypedResults.Ok(new History([.. (await operation.FiringsAsync(schedule, state, limit, ct)).Select(FiringWire.Of)]));
    }

    private Task DemandAsync(Caller caller, CancellationToken ct) => access.DemandAsync(caller, Permission.Read, "schedule:all", ct);

    private Task<IReadOnlyList<Schedule>> AllAsync(Caller caller, CancellationToken ct) => schedules.ListAsync(caller.Workspace, ct);

    private Task<IReadOnlyList<Firing>> FiringsAsync(Schedule schedule, string? state, int limit, CancellationToken ct) =>
        firings.ListAsync(schedule.Id, state, limit, ct);

    internal sealed record Response([property: JsonPropertyName("schedules")] IReadOnlyList<ScheduleWire> Schedules);

    internal sealed record History([property: JsonPropertyName("firings")] IReadOnlyList<FiringWire> Firings);
}
