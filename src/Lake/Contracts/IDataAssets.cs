using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Lake.Contracts;

/// <summary>What is needed to make a version; the tree is in the content store already.</summary>
public sealed record NewDataVersion
{
    public required AssetName Name { get; init; }

    /// <summary>Null: the next integer.</summary>
    public string? Version { get; init; }

    public DataType Type { get; init; } = DataType.UriFolder;

    public string Zone { get; init; } = "raw";

    public required Digest Tree { get; init; }

    public long? Rows { get; init; }

    public string? Description { get; init; }

    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// Makes creation idempotent: a second call with the same key returns the version of the first. The executor gives
    /// the step's id, so that a step that is run again after a crash makes no second version.
    /// </summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>
    /// The version whose files are in this one too, "" for none: AlreadyExists when it is not the latest any more. Null: the
    /// content stands for itself.
    /// </summary>
    public string? BuiltOn { get; init; }
}

/// <summary>Data assets and their versions, for the modules above the lake.</summary>
public interface IDataAssets
{
    /// <summary>
    /// Creates a version. A version that exists is refused with Conflict when its content differs and returned when
    /// it is the same. One that does not pass the gate of its asset is created all the same, in quarantine.
    /// </summary>
    Task<DataVersion> CreateAsync(Caller caller, NewDataVersion wanted, CancellationToken ct);

    /// <param name="version">
    /// A version, a label, or "latest" (the one created last that is neither archived nor in quarantine), or null for latest.
    /// </param>
    /// <exception cref="SlipwayException">Conflict when the label stands on a version that is in quarantine.</exception>
    Task<DataVersion?> FindAsync(Caller caller, AssetName name, string? version, CancellationToken ct);

    /// <summary>Newest first.</summary>
    Task<Page<DataVersion>> ListVersionsAsync(
        Caller caller, AssetName name, int limit, string? pageToken, CancellationToken ct);

    /// <summary>Those that may be used since that time or later, in the order of it.</summary>
    Task<IReadOnlyList<DataVersion>> ListSinceAsync(Caller caller, AssetName name, DateTimeOffset time, CancellationToken ct);
}

/// <summary>A version may be used: it was created, or let go out of quarantine. News for schedules and policies.</summary>
public sealed record DataVersionCreated(Caller Caller, DataVersion Version) : IEvent;
