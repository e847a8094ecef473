using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Slipway.Bench.Serving;

/// <summary>
/// A gRPC client that sends the same message again and again over an HTTP/2 connection of its own: frames that were laid out once, two or three system
/// calls a request. A client of the framework takes several times its processor, from the cores of the server that is measured.
/// </summary>
internal sealed class GrpcConnection(Uri url, byte[] message) : ILoadConnection
{
    private const int HeadLength = 9;
    private const int MostPayload = 16 * 1024;
    private const int MostWindow = int.MaxValue;
    private const int FirstWindow = 65_535;

    private readonly byte[] _buffer = new byte[256 * 1024];
    private byte[] _request = [];
    private List<int> _frames = [];
    private Socket? _socket;
    private int _start;
    private int _end;
    private int _stream;
    private long _window;
    private int _taken;

    private enum Kind : byte
    {
        Data = 0,
        Headers = 1,
        Reset = 3,
        Settings = 4,
        GoAway = 7,
        Window = 8,
    }

    [Flags]
    private enum Flag : byte
    {
        None = 0,

        /// <summary>Of the stream; of settings: they are acknowledged.</summary>
        End = 1,
        EndHeaders = 4,
    }

    public bool Ask()
    {
        try
        {
            _socket ??= Connect();
            while (_window < message.Length)
                _ = Next();
            foreach (var frame in _frames)
                BinaryPrimitives.WriteInt32BigEndian(_request.AsSpan(frame + HeadLength - sizeof(int)), _stream);
            Send(_request);
            _window -= message.Length;
            if (Receive())
            {
                _stream += 2;
                return true;
            }
        }
        catch (SocketException)
        {
            // Counted as failed, like an answer that is none.
        }

        Dispose();
        return false;
    }

    public void Dispose()
    {
        _socket?.Dispose();
        _socket = null;
    }

    // Tables of headers are not used, and answers have all the room that there is.
    private Socket Connect()
    {
        var socket = _socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(url.Host, url.Port);
        (_start, _end, _stream, _window, _taken) = (0, 0, 1, FirstWindow, 0);
        LayOut();
        Send([
            .. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8,
            .. Frame(Kind.Settings, Flag.None, [0, 1, 0, 0, 0, 0, 0, 4, 0x7F, 0xFF, 0xFF, 0xFF]),
            .. Frame(Kind.Window, Flag.None, Number(MostWindow - FirstWindow)),
        ]);
        while (Next() is not (Kind.Settings, Flag.None, _))
        {
            // Its settings come first.
        }

        Send(Frame(Kind.Settings, Flag.End, []));
        return socket;
    }

    private void LayOut()
    {
        var headers = new List<byte> { 0x83, 0x86, 0x04 };
        Add(headers, "/inference.GRPCInferenceService/ModelInfer");
        headers.Add(0x01);
        Add(headers, url.Authority);
        headers.AddRange([0x0F, 0x10]);
        Add(headers, "application/grpc");
        foreach (var (name, value) in new[] { ("te", "trailers"), ("slipway-endpoint", "bench") })
        {
            headers.Add(0);
            Add(headers, name);
            Add(headers, value);
        }

        var request = new List<byte>(Frame(Kind.Headers, Flag.EndHeaders, [.. headers]));
        _frames = [0];
        for (var start = 0; start < message.Length; start += MostPayload)
        {
            _frames.Add(request.Count);
            var end = Math.Min(start + MostPayload, message.Length);
            request.AddRange(Frame(Kind.Data, end == message.Length ? Flag.End : Flag.None, message.AsSpan(start..end)));
        }

        _request = [.. request];
    }

    private bool Receive()
    {
        while (true)
        {
            var (kind, flags, payload) = Next();
            if (kind is Kind.Reset or Kind.GoAway)
                return false;
            if (kind == Kind.Data && (_taken += payload.Length) > MostWindow / 2)
            {
                Send(Frame(Kind.Window, Flag.None, Number(_taken)));
                _taken = 0;
            }

            if (kind == Kind.Headers && flags.HasFlag(Flag.End))
                return payload.Span.IndexOf("grpc-status\u00010"u8) >= 0;
        }
    }

    /// <summary>The next frame, whose payload lies in the buffer until the one after it is asked for.</summary>
    private (Kind Kind, Flag Flags, ReadOnlyMemory<byte> Payload) Next()
    {
        Fill(HeadLength);
        var length = BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(_start)) >> 8;
        Fill(HeadLength + length);
        var (kind, flags) = ((Kind)_buffer[_start + 3], (Flag)_buffer[_start + 4]);
        var stream = BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(_start + HeadLength - sizeof(int)));
        ReadOnlyMemory<byte> payload = _buffer.AsMemory(_start + HeadLength, length);
        _start += HeadLength + length;
        if (kind == Kind.Window && stream == 0)
            _window += BinaryPrimitives.ReadInt32BigEndian(payload.Span);
        return (kind, flags, payload);
    }

    private void Fill(int length)
    {
        if (_end - _start >= length)
            return;
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        while (_end < length)
        {
            var arrived = _socket!.Receive(_buffer.AsSpan(_end));
            _end += arrived > 0 ? arrived : throw new SocketException((int)SocketError.ConnectionReset);
        }
    }

    private void Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[_socket!.Send(bytes)..];
    }

    private static byte[] Frame(Kind kind, Flag flags, ReadOnlySpan<byte> payload) =>
        [.. Number(payload.Length).AsSpan(1), (byte)kind, (byte)flags, 0, 0, 0, 0, .. payload];

    private static byte[] Number(int value)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    private static void Add(List<byte> headers, string text)
    {
        headers.Add((byte)text.Length);
        headers.AddRange(Encoding.ASCII.GetBytes(text));
    }
}
