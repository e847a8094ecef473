using Slipway.Kernel;

namespace Slipway.ObjectStores;

/// <summary>An object at rest. The etag changes whenever the content does.</summary>
public sealed record StoredObject(string Name, long Size, string ETag, DateTimeOffset ChangedAt);

/// <summary>
/// Named objects: a folder, a container, a bucket, a web site. Names are relative, with '/'. An object is complete or
/// absent, also to a reader in the middle of a write. What a store cannot do or does not answer is told by a
/// <see cref="SlipwayException"/> that names the store.
/// </summary>
public interface IObjectStore
{
    /// <summary>For messages: "the container 'lake' of the storage account 'acme'".</summary>
    string Description { get; }

    /// <summary>The objects whose names begin with the prefix, by name (in ordinal order).</summary>
    Task<Page<StoredObject>> ListAsync(string prefix, int limit, string? token, CancellationToken ct);

    Task<StoredObject?> FindAsync(string name, CancellationToken ct);

    /// <summary>
    /// Length bytes from the offset on (null: all the rest). NotFound when there is no such object, Conflict when its
    /// etag is not the one given. A connection that breaks is taken up again where it broke, with the same etag.
    /// </summary>
    Task<Stream> OpenReadAsync(string name, long offset, long? length, string? etag, CancellationToken ct);

    /// <summary>Writes all of the stream, in parts when it is large; Conflict when the condition does not hold.</summary>
    Task<StoredObject> WriteAsync(string name, Stream content, WriteCondition condition, CancellationToken ct);

    /// <summary>False: there was nothing to delete.</summary>
    Task<bool> DeleteAsync(string name, CancellationToken ct);
}

/// <summary>When an object may be written.</summary>
public readonly record struct WriteCondition
{
    private WriteCondition(bool absent, string? etag)
    {
        MustBeAbsent = absent;
        ETag = etag;
    }

    /// <summary>Always.</summary>
    public static WriteCondition None => default;

    /// <summary>Only when there is no object of this name.</summary>
    public static WriteCondition Absent => new(true, null);

    public bool MustBeAbsent { get; }

    /// <summary>Not null: the object must be there with this etag.</summary>
    public string? ETag { get; }

    /// <summary>Only when the object is there unchanged.</summary>
    public static WriteCondition Matches(string etag) => new(false, etag);
}
