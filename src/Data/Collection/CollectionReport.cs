namespace Slipway.Data;

/// <summary>What a collection has found and done so far.</summary>
public sealed record CollectionReport
{
    /// <summary>retiring, marking, condemning, deleting, done.</summary>
    public string Phase { get; init; } = "waiting";

    /// <summary>References in records, by module.</summary>
    public long References { get; init; }

    /// <summary>Different contents that are referred to.</summary>
    public long Reachable { get; init; }

    /// <summary>Contents in the store.</summary>
    public long Objects { get; init; }

    public long Bytes { get; init; }

    /// <summary>Of these, without a reference.</summary>
    public long Unreferenced { get; init; }

    public long UnreferencedBytes { get; init; }

    /// <summary>Deleted; in a dry run: would be.</summary>
    public long Deleted { get; init; }

    public long FreedBytes { get; init; }

    /// <summary>Records that were older than the rules of retention allow, by rule.</summary>
    public IReadOnlyDictionary<string, int> Retired { get; init; } = new Dictionary<string, int>();
}

/// <summary>A collection, as it was asked for.</summary>
public sealed record CollectionOrder(bool DryRun, TimeSpan Grace, RetentionRules Retention);
