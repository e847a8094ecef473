using System.Text.Json.Nodes;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Monitoring.Definitions;
using Slipway.Monitoring.Monitors;
using Slipway.Monitoring.Retraining;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Runs;

/// <summary>
/// <c>create_monitor</c> of a schedule: declares the monitor under the schedule's name, measures the time since the last
/// occurrence, and asks the policies that stand on it.
/// </summary>
internal sealed class MonitorAct(CreateMonitor create, MonitorStore monitors, RunStore runs, MonitorRound round) : IScheduledAct
{
    /// <summary>The field of a schedule's definition.</summary>
    public const string Act = "create_monitor";

    private static readonly TimeSpan s_first = TimeSpan.FromDays(1);

    public string Name => Act;

    public Task CheckAsync(Caller caller, ScheduledWork work, CancellationToken ct) => create.CheckAsync(caller, TextOf(work), ct);

    public async Task<StartedWork> RunAsync(Caller caller, ScheduledWork work, CancellationToken ct)
    {
        await DeclareAsync(caller, work, ct);

        // Asked twice for an occurrence, it is measured once.
        var last = await runs.ListAsync(caller.Workspace, work.Schedule, 1, ct) is [var latest] ? latest : null;
        if (last?.Window.To == work.Time)
            return new StartedWork(null, last.Node);
        var from = PeriodOf(work) is { } period ? work.Time - period : last?.Window.To ?? work.Time - s_first;
        if (from >= work.Time)
            throw SlipwayException.Invalid($"The monitor '{work.Schedule}' has measured up to {last!.Window.To:u} already.");
        return new StartedWork(null, (await round.RunAsync(caller, work.Schedule, new TimeWindow(from, work.Time), ct)).Node);
    }

    public async Task FollowAsync(Caller caller, string schedule, bool isEnabled, CancellationToken ct)
    {
        if (await monitors.FindAsync(caller.Workspace, schedule, ct) is { } known && known.Enabled != isEnabled)
            await monitors.SetEnabledAsync(caller.Workspace, schedule, isEnabled, ct);
    }

    private async Task DeclareAsync(Caller caller, ScheduledWork work, CancellationToken ct)
    {
        var known = await monitors.FindAsync(caller.Workspace, work.Schedule, ct);
        if (known is { Enabled: false })
            throw SlipwayException.Conflict($"The monitor '{work.Schedule}' is disabled; enable it: slipway monitor enable --name {work.Schedule}.");
        var text = TextOf(work);

        // One that was declared with its trigger is kept in the words of its schedule.
        if (known?.Definition != text && known?.Definition != work.Yaml)
            await create.RunAsync(caller, text, ct);
    }

    /// <summary>The monitor without a trigger of its own: the schedule is its trigger.</summary>
    private static string TextOf(ScheduledWork work) =>
        new JsonObject { ["name"] = work.Schedule, ["create_monitor"] = work.Definition.DeepClone() }.ToJsonString();

    /// <summary>Of a recurrence; what fires otherwise measures from the end of the last run on.</summary>
    private static TimeSpan? PeriodOf(ScheduledWork work)
    {
        if ((string?)work.Trigger["type"] != "recurrence")
            return null;
        var whole = new JsonObject { ["name"] = work.Schedule, ["trigger"] = work.Trigger.DeepClone(), ["create_monitor"] = work.Definition.DeepClone() };
        return MonitorReader.Read(whole.ToJsonString(), work.Schedule).Trigger!.Period;
    }
}
