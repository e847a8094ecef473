using System.Data.Common;
using System.Text.Json.Serialization;
using System.Text.Json;
using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Sweeps;
using Slipway.Kernel;

namespace Slipway.Jobs.Execution;

/// <summary>
/// The moves of a job from state to state. Each runs within a transaction, with the queueing of what becomes ready, so
/// that a job never waits for something that nobody will do.
/// </summary>
internal sealed class JobProgress(
    Database database, JobStore jobs, StepStore steps, WorkQueue queue, NewsTeller teller, TimeProvider time)
{
    /// <summary>The kind of the work items.</summary>
    public const string WorkKind = "step";

    /// <summary>The kind of the items of steps that wait for other jobs.</summary>
    public const string CoordinationKind = "step.coordination";

    /// <summary>How often a worker may die with a step is the executor's to judge: it can tell the job.</summary>
    private const int QueueAttempts = int.MaxValue;

    public Task EnqueueAsync(DbTransaction tx, JobRecord job, int position, CancellationToken ct) => queue.EnqueueAsync(
        tx,
        new NewWork
        {
            Workspace = job.Caller.Workspace,
            Principal = job.Caller.Principal,
            Kind = job.Plan.Steps[position].Coordinates ? CoordinationKind : WorkKind,
            Key = $"{job.Id}/{position}",
            Payload = new StepWork(job.Id, position).Write(),
            Priority = job.Plan.Steps[position].Priority,
            MaxAttempts = QueueAttempts,
        },
        ct);

    /// <summary>Ends a step, and what cannot run any more because of it; queues what became ready. True: the job is over.</summary>
    public async Task<bool> EndStepAsync(DbTransaction tx, JobRecord job, int position, StepEnd end, CancellationToken ct)
    {
        await LockAsync(tx, job, ct);
        var now = time.UtcNow();
        if (!await steps.EndAsync(tx, job.Id, position, end, now, ct))
            return false;

        // It may have ended anywhere, or not have begun again: nobody else would end what it started.
        if (job.Plan.Steps[position].Coordinates && end.Status != JobStatus.Completed)
            await TrialStore.CancelAsync(tx, job.Id, job.Plan.Steps[position].Name, $"The sweep '{job.StepId(position)}' ended.", ct);

        var failed = end.Status == JobStatus.Failed;
        var move = new Move(job, tx, now);
        if (failed && !job.Plan.ContinueOnStepFailure)
            await StopAsync(move, position, ct);
        else
            await PropagateAsync(move, position, end, ct);

        foreach (var ready in move.Ready)
            await EnqueueAsync(tx, job, ready, ct);
        await steps.MarkQueuedAsync(tx, job.Id, move.Ready, ct);
        return await CountAsync(move, 1 + move.Skipped, failed ? 1 : 0, MessageFor(job, position, end), ct);
    }

    /// <summary>Asks the job to end; steps that have not begun never will. True: the job is over by that.</summary>
    public async Task<bool> CancelAsync(DbTransaction tx, JobRecord job, string message, CancellationToken ct)
    {
        await LockAsync(tx, job, ct);
        if (!await jobs.RequestCancelAsync(tx, job.Id, message, ct))
            return false;

        var move = new Move(job, tx, time.UtcNow());
        var skipped = await steps.SkipWaitingAsync(tx, job.Id, message, [], move.Now, ct);
        return await CountAsync(move, skipped, 0, null, ct);
    }

    private static string? MessageFor(JobRecord job, int position, StepEnd end) => end switch
    {
        { Status: JobStatus.Failed } when job.IsPipeline => $"Step '{job.Plan.Steps[position].Name}' failed: {end.Message}",
        { Status: JobStatus.Failed } => end.Message,
        { SkipRest: { } reason } => reason,
        _ => null,
    };

    // All moves of a job take its row first; otherwise two that end at once could wait for each other.
    private async Task LockAsync(DbTransaction tx, JobRecord job, CancellationToken ct)
    {
        if (database.Provider == DatabaseProvider.Postgres)
            await tx.ExecuteAsync("select 1 from jobs where id = @Id for update", new { job.Id }, ct);
    }

    private async Task<bool> CountAsync(Move move, int ended, int failed, string? message, CancellationToken ct)
    {
        var progress = await jobs.CountEndedAsync(move.Tx, move.Job.Id, ended, failed, message, ct);
        if (progress.OpenSteps > 0)
            return false;

        var status = progress switch
        {
            { CancelRequested: true } => JobStatus.Canceled,
            { FailedSteps: > 0 } => JobStatus.Failed,
            _ => JobStatus.Completed,
        };
        await jobs.EndAsync(move.Tx, move.Job.Id, status, teller.Name, move.Now, ct);
        return true;
    }

    /// <summary>The first failure ends the pipeline: what waits is skipped, but for the step that always runs.</summary>
    private async Task StopAsync(Move move, int failed, CancellationToken ct)
    {
        var plan = move.Job.Plan.Steps;
        var always = Enumerable.Range(0, plan.Count).Where(at => plan[at].Always && at != failed).ToList();
        move.Skipped = await steps.SkipWaitingAsync(
            move.Tx, move.Job.Id, $"Not started: step '{plan[failed].Name}' failed.", always, move.Now, ct);
        foreach (var position in always)
        {
            if (await steps.CountDownAsync(move.Tx, move.Job.Id, position, 1 + move.Skipped, ct) == 0)
                move.Ready.Add(position);
        }
    }

    private async Task PropagateAsync(Move move, int position, StepEnd end, CancellationToken ct)
    {
        var why = end.SkipRest ?? $"step '{move.Job.Plan.Steps[position].Name}' "
            + (end.Status == JobStatus.Canceled ? "was canceled." : "failed.");
        var ended = new Stack<(int Position, bool Well)>([(position, end is { Status: JobStatus.Completed, SkipRest: null })]);
        while (ended.TryPop(out var step))
        {
            foreach (var next in move.Job.SuccessorsOf(step.Position))
            {
                if (step.Well || MayRunWithout(move.Job, next, step.Position, end))
                {
                    if (await steps.CountDownAsync(move.Tx, move.Job.Id, next, 1, ct) == 0)
                        move.Ready.Add(next);
                }
                else if (await steps.SkipAsync(move.Tx, move.Job.Id, next, $"Skipped: {why}", move.Now, ct))
                {
                    move.Skipped++;
                    ended.Push((next, false));
                }
            }
        }
    }

    private static bool MayRunWithout(JobRecord job, int position, int missing, StepEnd end)
    {
        var step = job.Plan.Steps[position];
        var bound = step.Inputs.Where(input => input.Source is Planning.StepSource from && from.Step == missing).ToList();
        return step.Always || (end.SkipRest is null && bound.Count > 0 && bound.All(input => input.Optional));
    }

    private sealed class Move(JobRecord job, DbTransaction tx, long now)
    {
        public JobRecord Job { get; } = job;

        public DbTransaction Tx { get; } = tx;

        public long Now { get; } = now;

        public List<int> Ready { get; } = [];

        public int Skipped { get; set; }
    }
}

/// <summary>The payload of a work item.</summary>
internal sealed record StepWork(
    [property: JsonPropertyName("job")] string JobId,
    [property: JsonPropertyName("step")] int Position)
{
    public string Write() => JsonSerializer.Serialize(this, JobsJson.Default.StepWork);

    public static StepWork Read(string payload) => JsonSerializer.Deserialize(payload, JobsJson.Default.StepWork)!;
}
