using System.Data.Common;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Execution;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Jobs.Schedules.Pushes;

/// <summary>Tells a commit, at the service that keeps the repository, what became of its job.</summary>
internal sealed class CommitStatus(IDeliveries deliveries, FiringStore firings, ScheduleStore schedules, IOptions<JobsOptions> options)
    : IEventHandler<JobFinished>
{
    /// <summary>With the record of what an occurrence came to.</summary>
    public async Task StartedAsync(DbTransaction tx, Schedule schedule, Firing firing, CancellationToken ct)
    {
        var outcome = firing.State == FiringState.Fired ? CommitOutcome.Pending : CommitOutcome.Error;
        var words = firing.State == FiringState.Fired ? $"The job {firing.Job} runs." : firing.Reason ?? "";
        if (firing.State != FiringState.Skipped && Delivery(schedule, firing, outcome, words) is { } delivery)
            await deliveries.EnqueueAsync(tx, schedule.Caller, delivery, ct);
    }

    public async Task HandleAsync(JobFinished happened, CancellationToken ct)
    {
        var job = happened.Job;
        if (!job.Tags.ContainsKey(CreateJobAct.ScheduleTag)
            || await firings.OfJobAsync(happened.Caller.Workspace.Value, job.Name, ct) is not { } firing
            || await schedules.FindAsync(firing.ScheduleId, ct) is not { } schedule)
        {
            return;
        }

        var (outcome, words) = job.Status switch
        {
            JobStatus.Completed => (CommitOutcome.Success, $"The job {job.Name} is completed."),
            JobStatus.Canceled => (CommitOutcome.Canceled, $"The job {job.Name} was canceled."),
            _ => (CommitOutcome.Failure, job.Message ?? $"The job {job.Name} failed."),
        };
        if (Delivery(schedule, firing, outcome, words) is { } delivery)
            await deliveries.EnqueueAsync(schedule.Caller, delivery, ct);
    }

    /// <summary>Null: nobody is told.</summary>
    private NewDelivery? Delivery(Schedule schedule, Firing firing, CommitOutcome outcome, string words)
    {
        var trigger = schedule.TriggerFields();
        var commit = firing.ReadFacts().GetValueOrDefault(PushFacts.Commit) ?? "";
        if (trigger["report_status"] is not JsonObject report || commit.Length == 0)
            return null;

        var link = firing.Job is { } job && options.Value.PublicUrl is { } address ? $"{address.TrimEnd('/')}/jobs/{Uri.EscapeDataString(job)}" : null;
        var status = StatusCall.Of(trigger, schedule.Name, commit) with { Outcome = outcome, Words = words, Link = link };
        var (url, body, use) = status.For((string)trigger["provider"]!);
        return new NewDelivery
        {
            // News of a job's end may come twice.
            Id = $"status-{firing.Id}-{outcome.ToString().ToLowerInvariant()}",
            Subject = schedule.Node,
            Url = url,
            Body = body.ToJsonString(),
            Token = new DeliveryToken((string)report["secret"]!, use),
        };
    }
}
