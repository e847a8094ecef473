using Slipway.Jobs.Contracts;
using Slipway.Kernel;

namespace Slipway.Jobs.Sweeps;

/// <summary>Wakes the sweeps of this process when a job ends here; those that end elsewhere are found by looking.</summary>
internal sealed class TrialNews : IEventHandler<JobFinished>
{
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ask for it before looking.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    public Task HandleAsync(JobFinished happened, CancellationToken ct)
    {
        if (happened.Job.ParentName is not null)
            Interlocked.Exchange(ref _next, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        return Task.CompletedTask;
    }
}
