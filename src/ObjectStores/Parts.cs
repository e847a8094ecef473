namespace Slipway.ObjectStores;

/// <summary>A stream in parts of one size; only the last may be shorter, and only a first one empty.</summary>
internal sealed class Parts(Stream content, int size)
{
    private readonly byte[] _buffer = new byte[size];
    private bool _begun;

    /// <summary>Whether the part that was read last was shorter than the others.</summary>
    public bool Ended { get; private set; }

    /// <summary>The next part, valid until the one after it; null after the last.</summary>
    public async Task<ReadOnlyMemory<byte>?> NextAsync(CancellationToken ct)
    {
        if (Ended)
            return null;

        var read = await content.ReadAtLeastAsync(_buffer, size, throwOnEndOfStream: false, ct);
        Ended = read < size;
        if (read == 0 && _begun)
            return null;
        _begun = true;
        return _buffer.AsMemory(0, read);
    }
}
