using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Schedules.Pushes;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Jobs.Schedules;

/// <summary>PATCH /api/v1/schedules/{name}, POST …/enable and …/disable, DELETE of one that is disabled.</summary>
internal sealed class ChangeSchedule(
    Database database, ScheduleStore schedules, ShowSchedules show, ScheduleStarts starts, GitRemotes remotes, Policies<IScheduledAct> acts,
    IAuditLog audit, TimeProvider time)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPatch("/schedules/{name}", EditAsync).WithName("UpdateSchedule").WithTags("schedules");
        routes.MapPost("/schedules/{name}/enable", EnableAsync).WithName("EnableSchedule").WithTags("schedules");
        routes.MapPost("/schedules/{name}/disable", DisableAsync).WithName("DisableSchedule").WithTags("schedules");
        routes.MapDelete("/schedules/{name}", DeleteAsync).WithName("DeleteSchedule").WithTags("schedules");
    }

    private static async Task<Ok<ScheduleWire>> EditAsync(
        Caller caller, string name, Request request, CreateSchedule operation, CancellationToken ct) =>
        TypedResults.Ok(ScheduleWire.Of(await operation.EditAsync(caller, name, EditWire.Read(request.Edits), ct)));

    private static async Task<NoContent> EnableAsync(Caller caller, string name, ChangeSchedule operation, CancellationToken ct)
    {
        await operation.SwitchAsync(caller, name, true, ct);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> DisableAsync(Caller caller, string name, ChangeSchedule operation, CancellationToken ct)
    {
        await operation.SwitchAsync(caller, name, false, ct);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> DeleteAsync(Caller caller, string name, ChangeSchedule operation, CancellationToken ct)
    {
        await operation.RemoveAsync(caller, name, ct);
        return TypedResults.NoContent();
    }

    public async Task SwitchAsync(Caller caller, string name, bool enabled, CancellationToken ct)
    {
        var schedule = await show.FindAsync(caller, name, Permission.Write, ct);
        if (schedule.IsEnabled == enabled)
            return;

        // What passed while it was disabled was not missed: it goes on from now.
        var (begun, before) = await starts.BeginAsync(schedule with { IsEnabled = enabled, UpdatedAt = time.UtcNow() }, isNew: false, ct);
        await database.WriteAsync(
            async (tx, token) =>
            {
                await ScheduleStore.SetEnabledAsync(tx, begun, token);
                await before.Remember(tx, begun.Id, token);
            },
            ct);
        await acts.Get("act of a schedule", schedule.Act).FollowAsync(caller, name, enabled, ct);
        await audit.AppendAsync(caller, enabled ? "schedule.enable" : "schedule.disable", schedule.Node, null, ct);
    }

    public async Task RemoveAsync(Caller caller, string name, CancellationToken ct)
    {
        var schedule = await show.FindAsync(caller, name, Permission.Write, ct);
        if (!await schedules.DeleteAsync(schedule, ct))
            throw SlipwayException.Conflict($"The schedule '{name}' is enabled; disable it first.");
        remotes.Forget(schedule);
        await audit.AppendAsync(caller, "schedule.delete", schedule.Node, null, ct);
    }

    public sealed record Request(IReadOnlyList<EditWire> Edits);
}
