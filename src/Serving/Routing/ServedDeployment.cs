using Slipway.Kernel;
using Slipway.Serving.Collection;
using Slipway.Serving.Contracts;
using Slipway.Serving.Mirroring;
using Slipway.Serving.Profiles;
using Slipway.Serving.Scoring;

namespace Slipway.Serving.Routing;

/// <summary>
/// A deployment that is loaded. Whoever scores with it holds a reference; it is freed when it was taken out of the
/// routing table and the last request has ended.
/// </summary>
internal sealed class ServedDeployment(
    WorkspaceName workspace, OnlineDeployment definition, ServedModel model, SlotPool slots, CollectionRule rule)
{
    private readonly TaskCompletionSource _freed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _references = 1;

    public WorkspaceName Workspace { get; } = workspace;

    public OnlineDeployment Definition { get; } = definition;

    public ServedModel Model { get; } = model;

    public SlotPool Slots { get; } = slots;

    /// <summary>Since when its counters count.</summary>
    public DateTimeOffset LoadedAt { get; init; }

    public DeploymentCounters Counters { get; } = new();

    public CollectedRows Collected { get; } = new(workspace, definition, model, rule, isMirrored: false);

    /// <summary>How what it is asked and what it answers is distributed; null: that is not kept.</summary>
    public ProfileRecorder? Profile { get; init; }

    /// <summary>Copies of requests that it has still to answer for nobody, what it did with them, and its answers.</summary>
    public ShadowQueue Shadow { get; } = new();

    public DeploymentCounters ShadowCounters { get; } = new();

    public CollectedRows ShadowCollected { get; } = new(workspace, definition, model, rule, isMirrored: true);

    /// <summary>Done once it was taken out and its last request has ended.</summary>
    public Task Freed => _freed.Task;

    /// <summary>False: it was taken out of the table and the last request has ended; look into the table again.</summary>
    public bool TryAcquire()
    {
        var seen = Volatile.Read(ref _references);
        while (seen > 0)
        {
            var before = Interlocked.CompareExchange(ref _references, seen + 1, seen);
            if (before == seen)
                return true;
            seen = before;
        }

        return false;
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _references) > 0)
            return;

        Profile?.End();
        Slots.Dispose();
        Model.Dispose();
        _freed.SetResult();
    }
}
