using Slipway.Kernel;
using Slipway.Monitoring.Contracts;
using Slipway.Monitoring.Runs;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Retraining;

/// <summary>A monitor's run that its time called for, and what the policies that stand on it decide then.</summary>
internal sealed class MonitorRound(RunMonitor run, PolicyStore policies, EvaluatePolicy evaluate)
{
    public async Task<MonitorRun> RunAsync(Caller caller, string monitor, TimeWindow window, CancellationToken ct)
    {
        var found = await run.RunAsync(caller, monitor, window, ct);
        foreach (var policy in await policies.ListAsync(caller.Workspace, ct))
        {
            if (policy.Enabled && policy.Read().Monitor == monitor)
                await evaluate.RunAsync(caller, policy.Name, window, window.To, new Dictionary<string, string>(), ct);
        }

        return found;
    }
}
