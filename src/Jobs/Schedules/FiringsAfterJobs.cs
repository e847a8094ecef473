using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;

namespace Slipway.Jobs.Schedules;

/// <summary>When a job of a schedule is over, the next one of it may start.</summary>
internal sealed class FiringsAfterJobs(FiringStore firings, ScheduleStore schedules, WorkQueue queue) : IEventHandler<JobFinished>
{
    public async Task HandleAsync(JobFinished happened, CancellationToken ct)
    {
        if (happened.Job.Tags.ContainsKey(CreateJobAct.ScheduleTag)
            && await firings.OfJobAsync(happened.Caller.Workspace.Value, happened.Job.Name, ct) is { ScheduleId: var id }
            && (await firings.WaitingAsync(id, ct)).Count > 0
            && await schedules.FindAsync(id, ct) is { } schedule)
        {
            await queue.EnqueueAsync(schedule.Look(), ct);
        }
    }
}
