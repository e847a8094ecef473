using System.Buffers.Text;
using System.Net.Sockets;

namespace Slipway.Bench.Serving;

/// <summary>A client that sends the same bytes again and again and counts the bytes of the answers: two system calls a request.</summary>
internal sealed class HttpConnection(Uri url, byte[] request) : ILoadConnection
{
    private readonly byte[] _buffer = new byte[1024 * 1024];
    private Socket? _socket;

    public bool Ask()
    {
        try
        {
            _socket ??= Connect();
            for (var sent = 0; sent < request.Length;)
                sent += _socket.Send(request.AsSpan(sent));
            if (Receive(_socket))
                return true;
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

    private Socket Connect()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(url.Host, url.Port);
        return socket;
    }

    private bool Receive(Socket socket)
    {
        var (received, expected) = (0, int.MaxValue);
        while (received < expected)
        {
            var arrived = socket.Receive(_buffer.AsSpan(received));
            if (arrived == 0)
                return false;
            received += arrived;
            if (expected == int.MaxValue)
                expected = Expected(_buffer.AsSpan(0, received));
        }

        return _buffer.AsSpan().StartsWith("HTTP/1.1 200"u8);
    }

    private static int Expected(ReadOnlySpan<byte> answer)
    {
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return int.MaxValue;
        var at = answer.IndexOf("Content-Length: "u8);
        return at >= 0 && at < end && Utf8Parser.TryParse(answer[(at + 16)..], out int length, out _) ? end + 4 + length : end + 4;
    }
}
