using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Tracking.Contracts;

namespace Slipway.Training.Automl.Search;

/// <summary>Ends the runs of trials that a job left behind when it was cancelled or failed.</summary>
internal sealed class EndTrialsWithJob(ITracking tracking) : IEventHandler<JobFinished>
{
    public async Task HandleAsync(JobFinished happened, CancellationToken ct)
    {
        if (happened.Job.Status == JobStatus.Completed)
            return;

        foreach (var step in happened.Job.Steps.Where(step => step.Kind == AutomlStep.KindName))
        {
            for (var number = 0; await tracking.FindRunAsync(happened.Caller, TrialRuns.IdOf(step.RunId, number), ct) is { } run; number++)
            {
                if (run.Status == RunStatus.Running)
                    await tracking.FinishRunAsync(happened.Caller, run.Id, RunStatus.Killed, ct);
            }
        }
    }
}
