namespace Slipway.ObjectStores;

/// <summary>Reads an answer of known length; where the connection breaks or stalls, it asks for the rest.</summary>
/// <param name="left">How many bytes the answer has.</param>
/// <param name="reopen">Asks for the bytes from an offset on, of the same etag.</param>
internal sealed class ResumingStream(
    Stream first, long offset, long left, Func<long, long, CancellationToken, Task<Stream>> reopen, Retrying retrying) : ForwardStream
{
    private Stream? _current = first;
    private long _offset = offset;
    private long _left = left;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_left == 0 || buffer.IsEmpty)
            return 0;

        for (var tried = 1; ; tried++)
        {
            try
            {
                _current ??= await reopen(_offset, _left, cancellationToken);
                var read = await retrying.InTimeAsync(
                    token => _current.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], token).AsTask(), cancellationToken);
                if (read == 0)
                    throw new PassingFailure($"the connection ended {_left} bytes before the end of the answer.");
                _offset += read;
                _left -= read;
                return read;
            }
            catch (Exception exception) when (Retrying.MayPass(exception, cancellationToken))
            {
                await CloseAsync();
                await retrying.WaitAsync(exception, tried, cancellationToken);
            }
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _current?.Dispose();
        base.Dispose(disposing);
    }

    private async Task CloseAsync()
    {
        if (_current is not null)
            await _current.DisposeAsync();
        _current = null;
    }
}
