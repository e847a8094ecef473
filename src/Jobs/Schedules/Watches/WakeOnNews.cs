using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Registry.Contracts;

namespace Slipway.Jobs.Schedules.Watches;

/// <summary>Hastens the looks of schedules that wait for what just happened.</summary>
internal sealed class WakeOnNews(ScheduleStore schedules, TimeProvider time)
    : IEventHandler<DataVersionCreated>, IEventHandler<VersionRegistered>, IEventHandler<AliasMoved>, IEventHandler<JobFinished>
{
    public Task HandleAsync(DataVersionCreated happened, CancellationToken ct) =>
        WakeAsync(happened.Caller, DataWatch.TargetOf(happened.Version.Name), ct);

    public Task HandleAsync(VersionRegistered happened, CancellationToken ct) =>
        WakeAsync(happened.Caller, ModelWatch.TargetOf(happened.Version.Model), ct);

    public Task HandleAsync(AliasMoved happened, CancellationToken ct) => WakeAsync(happened.Caller, ModelWatch.TargetOf(happened.Model), ct);

    // Trials are parts of a job, not jobs that somebody waits for.
    public Task HandleAsync(JobFinished happened, CancellationToken ct) =>
        happened.Job.ParentName is null ? WakeAsync(happened.Caller, JobWatch.Target, ct) : Task.CompletedTask;

    private Task WakeAsync(Caller caller, string target, CancellationToken ct) =>
        schedules.WakeAsync(caller.Workspace, target, time.UtcNow(), ct);
}
