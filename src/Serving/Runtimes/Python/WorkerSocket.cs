using System.Buffers.Binary;
using System.Net.Sockets;
using Slipway.Kernel;

namespace Slipway.Serving.Runtimes.Python;

/// <summary>
/// Frames to and from a worker. One at a time sends, and one at a time receives, on a thread of its own that sleeps in the call: answers that come through
/// the pool of threads wake one more of them, which then looks for work for a while on the processor that the worker needs.
/// </summary>
internal sealed class WorkerSocket(Socket socket) : IDisposable
{
    // An answer beyond it is a mistake of the script's, and must not take this process's memory.
    private const int MaxAnswer = 256 * 1024 * 1024;

    // Two of them lie in the system's buffer of the socket, so that sending does not wait for the worker to read.
    private const int SentAtOnce = 64 * 1024;

    private readonly byte[] _received = new byte[16 * 1024];
    private int _from;
    private int _until;

    /// <summary>Whether nothing has come that was not taken; false at its end, which may come at any time.</summary>
    public bool IsEmpty
    {
        get
        {
            try
            {
                return _from == _until && socket.Available == 0;
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return false;
            }
        }
    }

    public Task SendAsync(WorkerCall call)
    {
        if (call.Frame.Length + call.Apart.Length > SentAtOnce)
            return Task.Factory.StartNew(() => Send(call), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            Send(call);
            return Task.CompletedTask;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return Task.FromException(exception);
        }
    }

    /// <summary>Waits until an answer begins to come.</summary>
    public void Wait()
    {
        if (_until - _from >= WorkerCall.AnswerStart)
            return;
        _received.AsSpan(_from.._until).CopyTo(_received);
        (_from, _until) = (0, _until - _from);
        while (_until < WorkerCall.AnswerStart)
            _until += Read(_received.AsSpan(_until));
    }

    /// <summary>Takes one answer.</summary>
    /// <param name="call">Null: nobody wants it any more.</param>
    public void Receive(WorkerCall? call)
    {
        Wait();
        var rest = Begin(call).Span;
        var here = Math.Min(rest.Length, _until - _from);
        _received.AsSpan(_from, here).CopyTo(rest);
        _from += here;
        for (rest = rest[here..]; !rest.IsEmpty;)
            rest = rest[Read(rest)..];
    }

    /// <summary>Whoever receives or sends goes on, and learns that it is at its end; what has come before is received.</summary>
    public void End()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // It ended from the other side, or was ended before.
        }
    }

    public void Dispose()
    {
        End();
        socket.Dispose();
    }

    private void Send(WorkerCall call)
    {
        Send(call.Frame.Span);
        Send(call.Apart.Span);
    }

    private void Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[socket.Send(bytes)..];
    }

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

    private int Read(Span<byte> into)
    {
        var read = socket.Receive(into);
        return read > 0 ? read : throw new EndOfStreamException();
    }
}
