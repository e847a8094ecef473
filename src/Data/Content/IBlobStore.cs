using Slipway.Kernel;

namespace Slipway.Data;

/// <summary>
/// Where contents are kept. A blob is complete or absent, never changes, and is named by what it holds. One that was
/// stored, or of which it was said that it is there, stays for a grace in which a record can be made to refer to it.
/// </summary>
public interface IBlobStore : IPolicy
{
    /// <summary>
    /// Stores the content under the digest that it turns out to have; a content that is there already is not stored
    /// again. When another digest was expected, nothing stays, and the refusal is Corrupt.
    /// </summary>
    Task<Blob> PutAsync(Stream content, Digest? expected, CancellationToken ct);

    /// <summary>Length bytes from the offset on (null: all the rest); NotFound when the blob is absent.</summary>
    Task<Stream> OpenReadAsync(Digest digest, long offset, long? length, CancellationToken ct);

    Task<bool> ExistsAsync(Digest digest, CancellationToken ct);

    /// <summary>The size in bytes, or null when the blob is absent.</summary>
    Task<long?> SizeAsync(Digest digest, CancellationToken ct);

    /// <summary>False: there was nothing to delete.</summary>
    Task<bool> DeleteAsync(Digest digest, CancellationToken ct);

    /// <summary>The blobs in the order of their digests. To be listed keeps none of them.</summary>
    Task<Page<Blob>> ListAsync(int limit, string? token, CancellationToken ct);

    /// <summary>The file that is the blob, for engines that read files; null when the store has no such files.</summary>
    string? LocalPath(Digest digest);
}
