using System.Data.Common;
using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Monitoring.Alerts;

/// <summary>
/// Has the rules of a workspace looked at and its messages sent. The item's key is the workspace, so that of several
/// servers one does it.
/// </summary>
internal sealed class AlertQueue(WorkQueue queue)
{
    public const string WorkKind = "alerts";

    public Task QueueAsync(DbTransaction tx, WorkspaceName workspace, CancellationToken ct) => queue.EnqueueAsync(tx, Work(workspace), ct);

    public Task QueueAsync(WorkspaceName workspace, CancellationToken ct) => queue.EnqueueAsync(Work(workspace), ct);

    private static NewWork Work(WorkspaceName workspace) => NewWork.Look(Caller.System with { Workspace = workspace }, WorkKind, "round");
}
