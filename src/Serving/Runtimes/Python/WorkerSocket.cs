using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Slipway.Kernel;

namespace Slipway.Serving.Runtimes.Python;

/// <summary>Frames to and from a worker. One at a time sends, and one at a time receives.</summary>
internal sealed class WorkerSocket(Socket socket) : IDisposable
{
    // An answer beyond it is a mistake of the script's, and must not take this process's memory.
    private const int MaxAnswer = 256 * 1024 * 1024;

    private readonly byte[] _received = new byte[16 * 1024];
    private int _from;
    private int _until;

    /// <summary>Whether nothing has come that was not taken.</summary>
    public bool IsEmpty => _from == _until && socket.Available == 0;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendAsync(WorkerCall call)
    {
        await SendAsync(call.Frame);
        await SendAsync(call.Apart);
    }

    /// <summary>Waits until an answer begins to come.</summary>
    public ValueTask WaitAsync(CancellationToken ct) => _until - _from >= WorkerCall.AnswerStart ? default : FillAsync(ct);

    /// <summary>Takes one answer.</summary>
    /// <param name="call">Null: nobody wants it any more.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ReceiveAsync(WorkerCall? call, CancellationToken ct)
    {
        await WaitAsync(ct);
        var rest = Begin(call);
        var here = Math.Min(rest.Length, _until - _from);
        _received.AsSpan(_from, here).CopyTo(rest.Span);
        _from += here;
        for (rest = rest[here..]; !rest.IsEmpty;)
            rest = rest[await ReadAsync(rest, ct)..];
    }

    public void Dispose() => socket.Dispose();

    private Memory<byte> Begin(WorkerCall? call)
    {
        var start = _received.AsSpan(_from, WorkerCall.AnswerStart);
        _from += WorkerCall.AnswerStart;
        var head = BinaryPrimitives.ReadUInt32LittleEndian(start);
        var body = BinaryPrimitives.ReadUInt32LittleEndian(start[4..]);
        if ((long)head + body > MaxAnswer)
            throw new SlipwayException(ErrorCode.EngineFailed, $"The model answered {(long)head + body} bytes; {MaxAnswer} is the most.");
        return call?.Take(BinaryPrimitives.ReadInt32LittleEndian(start[8..]), (int)head, (int)body) ?? new byte[head + body];
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[await socket.SendAsync(bytes, CancellationToken.None)..];
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FillAsync(CancellationToken ct)
    {
        _received.AsSpan(_from.._until).CopyTo(_received);
        (_from, _until) = (0, _until - _from);
        while (_until < WorkerCall.AnswerStart)
            _until += await ReadAsync(_received.AsMemory(_until), ct);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadAsync(Memory<byte> into, CancellationToken ct)
    {
        var read = await socket.ReceiveAsync(into, ct);
        return read > 0 ? read : throw new EndOfStreamException();
    }
}
