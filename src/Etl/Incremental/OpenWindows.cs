using Microsoft.Extensions.Logging;
using Slipway.Data;
using Slipway.Etl.Dataflows;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;

namespace Slipway.Etl.Incremental;

/// <summary>
/// Brings the open windows of a dataflow on: takes over what became of their jobs, and starts those that wait, oldest first, as far as
/// concurrency and the windows of other dataflows let it.
/// </summary>
internal sealed partial class OpenWindows(
    DataflowStore store, WorkQueue queue, IJobs jobs, Watermark watermark, LineageLog lineage, TimeProvider time, ILogger<OpenWindows> logger)
{
    public async Task AdvanceAsync(Dataflow dataflow, CancellationToken ct)
    {
        var open = await store.OpenAsync(dataflow.Id, ct);
        var running = 0;
        var ended = false;
        foreach (var window in open.Where(window => window.State == WindowState.Running))
        {
            if (await SettleAsync(dataflow, window, ct))
                ended = true;
            else
                running++;
        }

        if (ended)
            await WakeAsync(dataflow, ct);
        var plan = dataflow.Plan();
        foreach (var window in open.Where(window => window.State == WindowState.Waiting))
        {
            var reason = running >= plan.Concurrency
                ? $"waits for {running} other window{(running == 1 ? "" : "s")} of the dataflow (concurrency {plan.Concurrency})"
                : await MissingAsync(dataflow, plan, window, ct);
            if (reason is null)
                running += await StartAsync(dataflow, window, ct) ? 1 : 0;
            else if (reason != window.Reason)
                await store.UpdateAsync(window with { Reason = reason }, ct);
        }
    }

    /// <summary>Whether a window was asked for, or the job of one ended, that no look has seen.</summary>
    public async Task<bool> HasNewsAsync(Dataflow dataflow, CancellationToken ct)
    {
        foreach (var window in await store.OpenAsync(dataflow.Id, ct))
        {
            if (window.State == WindowState.Waiting ? window.Reason is null : await jobs.FindAsync(dataflow.Caller, window.Job!, ct) is { IsOver: true })
                return true;
        }

        return false;
    }

    /// <summary>Looks anew at the dataflows that may wait for this one.</summary>
    private async Task WakeAsync(Dataflow dataflow, CancellationToken ct)
    {
        foreach (var other in await store.ListAsync(dataflow.Caller.Workspace, ct))
        {
            if (other.Id != dataflow.Id && other.Plan().DependsOn.Contains(dataflow.Name))
                await queue.EnqueueAsync(other.Look(), ct);
        }
    }

    /// <summary>True: its job is over.</summary>
    private async Task<bool> SettleAsync(Dataflow dataflow, FlowWindow window, CancellationToken ct)
    {
        var job = await jobs.FindAsync(dataflow.Caller, window.Job!, ct);
        if (job is null)
        {
            // The server ended between the mark and the job.
            await StartAsync(dataflow, window, ct);
            return false;
        }

        if (!job.IsOver)
            return false;
        var reason = job.Status == JobStatus.Completed ? null : job.Message ?? $"The job is {job.Status}.";
        var to = window.ToAt;
        if (reason is null && dataflow.Plan().IsOpenEnded)
        {
            var reached = await watermark.ReachedAsync(dataflow.Caller, job, ct);
            (to, reason) = (reached ?? to, reached is null ? "Its job is done and told no watermark; it is run again when asked." : null);
        }

        var isDone = reason is null;
        await store.UpdateAsync(
            window with
            {
                ToAt = to,
                State = isDone ? WindowState.Done : WindowState.Failed,
                Reason = reason,
                Made = isDone ? job.Steps.SelectMany(step => step.Outputs.Values).LastOrDefault(output => output.Node is not null)?.Node : window.Made,
                EndedAt = time.UtcNow(),
            },
            ct);
        return true;
    }

    private async Task<bool> StartAsync(Dataflow dataflow, FlowWindow window, CancellationToken ct)
    {
        var plan = dataflow.Plan();
        var name = $"{dataflow.Name[..Math.Min(dataflow.Name.Length, 150)].Replace('.', '_')}_{plan.Mark(window.FromAt)}_{window.Attempt}_{dataflow.Id[^8..]}";
        try
        {
            // Marked before it is made: its name tells, after a crash, which job it is.
            await store.UpdateAsync(window with { State = WindowState.Running, Job = name, Reason = null }, ct);
            var job = await jobs.SubmitAsync(dataflow.Caller, dataflow.Job(window.Stretch, name), ct);
            await lineage.AppendAsync(dataflow.Caller, [new NewEdge("started", dataflow.Node, $"run:{job.RunId}", null, $"dataflow/{name}")], ct);
            Log.Started(logger, dataflow.Name, plan.Text(window.FromAt), name);
            return true;
        }
        catch (SlipwayException refusal)
        {
            await store.UpdateAsync(window with { State = WindowState.Failed, Job = null, Reason = refusal.Message, EndedAt = time.UtcNow() }, ct);
            return false;
        }
    }

    /// <summary>What it waits for; null: nothing.</summary>
    private async Task<string?> MissingAsync(Dataflow dataflow, WindowPlan plan, FlowWindow window, CancellationToken ct)
    {
        foreach (var name in plan.DependsOn)
        {
            if (await store.FindAsync(dataflow.Caller.Workspace, name, ct) is not { } other)
                return $"waits for dataflow '{name}', which does not exist";
            // Before the other one begins there is nothing to wait for, nor after it ends.
            var theirs = other.Plan();
            if (theirs.IsOpenEnded)
                return $"waits for dataflow '{name}', which goes by whole numbers and so has no windows of a time";
            var reached = Math.Max(window.FromAt, theirs.StartAt);
            foreach (var before in await store.OverlappingAsync(other.Id, window.Stretch, ct))
            {
                if (before.FromAt > reached)
                    break;
                if (before.State != WindowState.Done)
                    return $"waits for {name} {plan.Text(before.FromAt)}, which {(before.State == WindowState.Failed ? "failed" : $"is {before.State}")}";
                reached = before.ToAt;
            }

            if (reached < window.ToAt && !(theirs.EndAt <= reached))
                return $"waits for {name} {plan.Text(reached)}, which was not asked for";
        }

        return null;
    }

    private static partial class Log
    {
        [LoggerMessage(6511, LogLevel.Information, "Dataflow {Dataflow} started its window of {From}: job {Job}")]
        public static partial void Started(ILogger logger, string dataflow, string from, string job);
    }
}
