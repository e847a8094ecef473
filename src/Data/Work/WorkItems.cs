using Slipway.Kernel;

namespace Slipway.Data;

/// <summary>Work to be done by whoever leases it, now or after a restart.</summary>
public sealed record NewWork
{
    public required WorkspaceName Workspace { get; init; }

    /// <summary>On whose behalf the work runs.</summary>
    public required string Principal { get; init; }

    /// <summary>What is to be done; workers lease by kind.</summary>
    public required string Kind { get; init; }

    /// <summary>While an item of this workspace, kind and key is open, adding another one gives that item. Null: always new.</summary>
    public string? Key { get; init; }

    /// <summary>JSON that the worker of this kind understands.</summary>
    public string Payload { get; init; } = "{}";

    /// <summary>Higher is sooner; equal ones in the order of their arrival.</summary>
    public int Priority { get; init; }

    /// <summary>Null: at once.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>How often it may be begun, counting workers that died with it.</summary>
    public int MaxAttempts { get; init; } = 3;

    /// <summary>
    /// A look at a thing, which one worker at a time takes until it is done, and again as often as it takes: what it counts and decides is
    /// true meanwhile. Its key and payload is the thing's id.
    /// </summary>
    public static NewWork Look(Caller caller, string kind, string id) => new()
    {
        Workspace = caller.Workspace,
        Principal = caller.Principal,
        Kind = kind,
        Key = id,
        Payload = id,
        MaxAttempts = int.MaxValue,
    };
}

/// <summary>The right to work on an item until it expires. The fence tells it from all other leases of the item.</summary>
public sealed record Lease(
    long Id,
    WorkspaceName Workspace,
    string Principal,
    string Kind,
    string? Key,
    string Payload,
    int Attempt,
    int MaxAttempts,
    long Fence,
    string Owner,
    DateTimeOffset Expires)
{
    public Caller Caller => new(Workspace, Principal);
}

public enum WorkState
{
    Queued,
    Leased,
    Done,

    /// <summary>Given up: by its worker, or because too many workers died with it.</summary>
    Failed,
}

/// <summary>An item as it stands in the queue.</summary>
public sealed record WorkItem(
    long Id,
    WorkspaceName Workspace,
    string Principal,
    string Kind,
    string? Key,
    string Payload,
    WorkState State,
    int Attempt,
    int MaxAttempts,
    string? Owner,
    DateTimeOffset NotBefore,
    string? Error,
    DateTimeOffset Created,
    DateTimeOffset? Finished);
