using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Monitoring.Runs;
using Slipway.Security.Contracts;

namespace Slipway.Monitoring.Monitors;

/// <summary>
/// A monitor with its trigger, which is a schedule of its name: declared, switched and deleted together. The schedule is kept first; what
/// fires before the monitor is there declares it.
/// </summary>
internal sealed class DeclareMonitor(CreateMonitor create, MonitorStore monitors, ISchedules schedules, IAccess access, IAuditLog audit)
{
    public async Task<MonitorRow> RunAsync(Caller caller, string yaml, CancellationToken ct)
    {
        var monitor = await create.CheckAsync(caller, yaml, ct);
        var isDisabled = await monitors.FindAsync(caller.Workspace, monitor.Name, ct) is { Enabled: false };
        if (monitor.Trigger is null)
            await schedules.DeleteAsync(caller, monitor.Name, MonitorAct.Act, ct);
        else
            await schedules.KeepAsync(caller, yaml, "monitor.yml", ct);
        if (isDisabled)
            await schedules.SwitchAsync(caller, monitor.Name, MonitorAct.Act, enabled: false, ct);
        await create.RunAsync(caller, yaml, ct);

        // The schedule that was kept or deleted has switched the monitor.
        await monitors.SetEnabledAsync(caller.Workspace, monitor.Name, !isDisabled, ct);
        return (await monitors.FindAsync(caller.Workspace, monitor.Name, ct))!;
    }

    public async Task<MonitorRow> SwitchAsync(Caller caller, string name, bool enabled, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"monitor:{name}", ct);
        if (!await monitors.SetEnabledAsync(caller.Workspace, name, enabled, ct))
            throw SlipwayException.NotFound("Monitor", name);
        await schedules.SwitchAsync(caller, name, MonitorAct.Act, enabled, ct);
        await audit.AppendAsync(caller, enabled ? "monitor.enable" : "monitor.disable", $"monitor:{name}", null, ct);
        return (await monitors.FindAsync(caller.Workspace, name, ct))!;
    }

    public async Task DeleteAsync(Caller caller, string name, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"monitor:{name}", ct);
        if (await monitors.FindAsync(caller.Workspace, name, ct) is null)
            throw SlipwayException.NotFound("Monitor", name);
        await schedules.DeleteAsync(caller, name, MonitorAct.Act, ct);
        await monitors.DeleteAsync(caller.Workspace, name, ct);
        await audit.AppendAsync(caller, "monitor.delete", $"monitor:{name}", null, ct);
    }
}
