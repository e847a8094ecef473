using Slipway.ObjectStores;

namespace Slipway.Tracking.Artifacts;

/// <summary>Streams one behind the other, each opened when the one before it has ended; for reading in one direction.</summary>
internal sealed class JoinedStream(IEnumerable<Func<Task<Stream>>> parts) : ForwardStream
{
    private readonly Queue<Func<Task<Stream>>> _rest = new(parts);
    private Stream? _current;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (_current is null)
            {
                if (!_rest.TryDequeue(out var open))
                    return 0;
                _current = await open();
            }

            var read = await _current.ReadAsync(buffer, cancellationToken);
            if (read > 0 || buffer.IsEmpty)
                return read;
            await _current.DisposeAsync();
            _current = null;
        }
    }

    public override async ValueTask DisposeAsync()
    {
        if (_current is not null)
            await _current.DisposeAsync();
        await base.DisposeAsync();
    }
}
