using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Slipway.Http.Serving.Fuzz;

/// <summary>Sends bytes over a connection of their own and reads what comes back.</summary>
internal static class WireClient
{
    /// <summary>The status and the answer's text; null: the connection was closed without an answer.</summary>
    /// <param name="isCutOff">True: nothing follows, and this end says so once all is sent.</param>
    public static async Task<(int Status, string Text)?> SendAsync(Uri url, byte[] request, bool isCutOff, CancellationToken ct)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, url.Port, ct);
        try
        {
            await SendAllAsync(socket, request, ct);
            if (isCutOff)
                socket.Shutdown(SocketShutdown.Send);
            return await ReadAsync(socket, ct);
        }
        catch (SocketException)
        {
            // Closed while we still spoke: that is an answer as well.
            return null;
        }
    }

    private static async Task SendAllAsync(Socket socket, byte[] request, CancellationToken ct)
    {
        for (var sent = 0; sent < request.Length;)
            sent += await socket.SendAsync(request.AsMemory(sent), ct);
    }

    private static async Task<(int Status, string Text)?> ReadAsync(Socket socket, CancellationToken ct)
    {
        var buffer = new byte[64 * 1024];
        var length = 0;
        while (length < buffer.Length && !IsComplete(buffer.AsSpan(0, length)))
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(length), ct);
            if (read == 0)
                break;
            length += read;
        }

        var answer = Last(buffer.AsSpan(0, length));
        return answer.Length > 12 && Utf8Parser.TryParse(answer[9..], out int status, out _) ? (status, Encoding.Latin1.GetString(answer)) : null;
    }

    private static bool IsComplete(ReadOnlySpan<byte> answer)
    {
        answer = Last(answer);
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return false;
        var head = answer[..(end + 2)];
        var at = head.IndexOf("Content-Length: "u8);
        if (at >= 0)
            return Utf8Parser.TryParse(head[(at + 16)..], out int length, out _) && answer.Length >= end + 4 + length;
        return head.IndexOf("chunked"u8) < 0 || answer.EndsWith("0\r\n\r\n"u8);
    }

    // Behind "100 Continue".
    private static ReadOnlySpan<byte> Last(ReadOnlySpan<byte> answer)
    {
        while (answer.StartsWith("HTTP/1.1 100"u8) && answer.IndexOf("\r\n\r\n"u8) is var end and >= 0)
            answer = answer[(end + 4)..];
        return answer;
    }
}
