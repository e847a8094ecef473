using Slipway.Jobs.Contracts;
using Slipway.Kernel;

namespace Slipway.Jobs.Schedules;

/// <summary>The schedules that other modules keep, made, switched and deleted as those of people are.</summary>
internal sealed class KeptSchedules(ScheduleStore schedules, CreateSchedule create, ChangeSchedule change) : ISchedules
{
    public async Task KeepAsync(Caller caller, string yaml, string source, CancellationToken ct)
    {
        var wanted = create.Read(yaml, source);
        var (name, act) = ((string)wanted["name"]!, CreateSchedule.ActOf(wanted));
        if (await schedules.FindAsync(caller.Workspace, name, ct) is { } other && other.Act != act)
            throw SlipwayException.Conflict($"There is a schedule '{name}' already, which does {other.Act}; choose another name, or delete that one first.");
        await create.RunAsync(caller, new CreateSchedule.Request(yaml, source, null, null), ct);
    }

    public async Task<bool> IsKeptAsync(WorkspaceName workspace, string name, string act, CancellationToken ct) =>
        await schedules.FindAsync(workspace, name, ct) is { } schedule && schedule.Act == act;

    public async Task SwitchAsync(Caller caller, string name, string act, bool enabled, CancellationToken ct)
    {
        if (await IsKeptAsync(caller.Workspace, name, act, ct))
            await change.SwitchAsync(caller, name, enabled, ct);
    }

    public async Task DeleteAsync(Caller caller, string name, string act, CancellationToken ct)
    {
        if (!await IsKeptAsync(caller.Workspace, name, act, ct))
            return;
        await change.SwitchAsync(caller, name, false, ct);
        await change.RemoveAsync(caller, name, ct);
    }
}
