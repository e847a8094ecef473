using Microsoft.Extensions.Logging;
using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Retraining.Challenges;

/// <summary>
/// Leads the challenges that are on their way from the job to the gate, the rollout and the end. Each is leased, so that of several
/// servers one does it; each step may be done again after a crash.
/// </summary>
internal sealed partial class FollowChallenges(
    ChallengeStore challenges, PolicyStore policies, StartRollout start, EndChallenge end, ChallengeLog log, IJobs jobs, IGateLog gates,
    IRollouts rollouts, WorkQueue queue, TimeProvider time, ILogger<FollowChallenges> logger)
{
    public const string WorkKind = "challenges";

    private static readonly string[] s_kinds = [WorkKind];
    private static readonly TimeSpan s_lease = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(30);

    private readonly string _owner = $"{Environment.MachineName}:{Ids.New(time)}";

    /// <summary>One look at all of them.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        foreach (var challenge in await challenges.OpenAsync(ct))
        {
            var caller = Caller.System with { Workspace = WorkspaceName.Parse(challenge.Workspace) };
            await queue.EnqueueAsync(NewWork.Look(caller, WorkKind, challenge.DecisionId), ct);
        }

        while (await queue.LeaseAsync(s_kinds, _owner, s_lease, ct) is { } lease)
            await WorkAsync(lease, ct);
    }

    private async Task WorkAsync(Lease lease, CancellationToken ct)
    {
        try
        {
            if (await challenges.FindAsync(lease.Key!, ct) is { State: ChallengeState.Training or ChallengeState.RollingOut } challenge)
                await FollowAsync(lease.Caller, challenge, ct);
            await queue.CompleteAsync(lease, ct);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // One that fails must not keep the others from being followed; it is looked at again.
            Log.Failed(logger, exception, lease.Key!);
            await queue.FailAsync(lease, exception.Message, s_pause, ct);
        }
    }

    private async Task FollowAsync(Caller caller, Challenge challenge, CancellationToken ct)
    {
        try
        {
            var policy = (await policies.FindAsync(caller.Workspace, challenge.Policy, ct))?.Read();
            var cancel = challenge.CancelReason ?? policy switch
            {
                null => "the policy was deleted",
                { Rollout: null } => "the policy has no rollout any more",
                _ => null,
            };
            await (cancel is not null ? end.CancelAsync(caller, challenge, policy, cancel, ct)
                : challenge.State == ChallengeState.Training ? TrainedAsync(caller, challenge, policy!, ct)
                : RolledOutAsync(caller, challenge, policy!, ct));
        }
        catch (SlipwayException refusal)
        {
            // It is told, and tried again: the endpoint may be busy, or about to be made.
            await log.WaitAsync(challenge, $"It waits: {refusal.Message}", ct);
        }
    }

    private async Task TrainedAsync(Caller caller, Challenge challenge, Definitions.RetrainingDefinition policy, CancellationToken ct)
    {
        if (await jobs.FindAsync(caller, challenge.Job, ct) is not { IsOver: true } job)
            return;
        if (job.Status != JobStatus.Completed)
        {
            await end.FailAsync(caller, challenge, $"Training job {job.Name} was not completed ({job.Status}): {job.Message}", ct);
            return;
        }

        // A gate's decision has the id of the run of its step.
        var steps = job.Steps.Select(step => step.RunId).ToHashSet(StringComparer.Ordinal);
        var gate = (await gates.ListAsync(caller, policy.Model, ct)).FirstOrDefault(decision => steps.Contains(decision.Id));
        await (gate switch
        {
            null => end.FailAsync(caller, challenge, $"Job {job.Name} has no gate step that decided on a version of {policy.Model}.", ct),
            { Accepted: false } => end.RejectAsync(caller, challenge with { Candidate = gate.Candidate }, $"Rejected by the gate. {gate.Reason}", ct),
            _ => start.RunAsync(caller, challenge with { Candidate = gate.Candidate }, policy, gate, ct),
        });
    }

    private async Task RolledOutAsync(Caller caller, Challenge challenge, Definitions.RetrainingDefinition policy, CancellationToken ct)
    {
        var rollout = await rollouts.FindAsync(caller, challenge.Job, ct);
        await (rollout switch
        {
            null => end.FailAsync(caller, challenge, $"Rollout '{challenge.Job}' does not exist any more.", ct),
            { IsOver: false } => log.WaitAsync(challenge, rollout.Message, ct),
            { HasCompleted: true } => end.PromoteAsync(caller, challenge, policy, $"Promoted after rollout '{rollout.Name}'. {rollout.Message}", ct),
            _ => end.RejectAsync(caller, challenge, $"Rejected in rollout '{rollout.Name}'. {rollout.Message}", ct),
        });
    }

    private static partial class Log
    {
        [LoggerMessage(9013, LogLevel.Error, "The challenger of decision {Decision} could not be followed; it is tried again")]
        public static partial void Failed(ILogger logger, Exception exception, string decision);
    }
}
