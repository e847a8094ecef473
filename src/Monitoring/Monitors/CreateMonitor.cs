using Slipway.Kernel;
using Slipway.Monitoring.Definitions;
using Slipway.Security.Contracts;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Monitors;

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
