using System.Data.Common;
using Slipway.Data;

namespace Slipway.Etl.Incremental;

/// <summary>Has the open windows of a dataflow looked at, by one worker at a time: what it counts and decides is true until it is done.</summary>
internal sealed class DataflowQueue(WorkQueue queue)
{
    public const string WorkKind = "dataflow";

    public Task QueueAsync(DbTransaction tx, Dataflow dataflow, CancellationToken ct) => queue.EnqueueAsync(tx, Work(dataflow), ct);

    public Task QueueAsync(Dataflow dataflow, CancellationToken ct) => queue.EnqueueAsync(Work(dataflow), ct);

    private static NewWork Work(Dataflow dataflow) => new()
    {
        Workspace = dataflow.Caller.Workspace,
        Principal = dataflow.Principal,
        Kind = WorkKind,
        Key = dataflow.Id,
        Payload = dataflow.Id,
        MaxAttempts = int.MaxValue,
    };
}
