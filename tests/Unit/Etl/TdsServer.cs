using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Slipway.Unit.Etl;

/// <summary>
/// Speaks as much of SQL Server's protocol (MS-TDS 7.4, without encryption) as one client needs to log in and be answered, so that the real client
/// can be tried where there is no SQL Server. Whatever is asked, the answer is the same.
/// </summary>
internal sealed class TdsServer : IDisposable
{
    private const byte Prelogin = 0x12, Login = 0x10, Answer = 0x04;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly byte[] _answer;

    /// <param name="answer">Tokens, made by <see cref="Rows"/> or <see cref="Error"/>.</param>
    public TdsServer(byte[] answer)
    {
        _answer = answer;
        _listener.Start();
        _ = ServeAsync();
    }

    /// <summary>What was asked last, as the client's text in UTF-16.</summary>
    public string Asked { get; private set; } = "";

    public string Address => $"Server=127.0.0.1,{((IPEndPoint)_listener.LocalEndpoint).Port};Database=shop;User ID=reader;Password=sesame;Encrypt=false;Connect Timeout=30";

    public static byte[] Rows(IReadOnlyList<(string Name, byte[] Type)> columns, params byte[][] rows)
    {
        var tokens = new List<byte> { 0x81, (byte)columns.Count, 0 };
        foreach (var (name, type) in columns)
            tokens.AddRange([0, 0, 0, 0, 0x09, 0, .. type, (byte)name.Length, .. Encoding.Unicode.GetBytes(name)]);
        foreach (var row in rows)
            tokens.AddRange([0xD1, .. row]);
        return [.. tokens, .. Done(0x10, rows.Length)];
    }

    public static byte[] Error(int number, byte severity, string message)
    {
        var text = Encoding.Unicode.GetBytes(message);
        byte[] body = [.. BitConverter.GetBytes(number), 1, severity, .. BitConverter.GetBytes((ushort)message.Length), .. text, 0, 0, 1, 0, 0, 0];
        return [0xAA, .. BitConverter.GetBytes((ushort)body.Length), .. body, .. Done(0x02, 0)];
    }

    public void Dispose() => _listener.Dispose();

    private static byte[] Done(byte status, long rows) => [0xFD, status, 0, 0xC1, 0, .. BitConverter.GetBytes(rows)];

    private async Task ServeAsync()
    {
        try
        {
            while (true)
                _ = ConverseAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The test is over.
        }
    }

    private async Task ConverseAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                while (true)
                {
                    var (type, body) = await ReadAsync(stream);
                    if (type is not (Prelogin or Login))
                        Asked = Encoding.Unicode.GetString(body);
                    await WriteAsync(stream, type switch { Prelogin => PreloginAnswer(), Login => LoginAnswer(), _ => _answer });
                }
            }
            catch (IOException)
            {
                // The client has gone.
            }
        }
    }

    private static async Task<(byte Type, byte[] Body)> ReadAsync(NetworkStream stream)
    {
        var (header, body) = (new byte[8], new List<byte>());
        do
        {
            await stream.ReadExactlyAsync(header);
            var part = new byte[BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(2)) - 8];
            await stream.ReadExactlyAsync(part);
            body.AddRange(part);
        }
        while ((header[1] & 1) == 0);
        return (header[0], [.. body]);
    }

    private static async Task WriteAsync(NetworkStream stream, byte[] tokens)
    {
        byte[] packet = [Answer, 1, 0, 0, 0, 0, 1, 0, .. tokens];
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        await stream.WriteAsync(packet);
    }

    // VERSION (16.0) at 11, ENCRYPTION at 17: not supported.
    private static byte[] PreloginAnswer() => [0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xFF, 16, 0, 0, 0, 0, 0, 2];

    private static byte[] LoginAnswer()
    {
        var program = Encoding.Unicode.GetBytes("tds");
        byte[] acknowledged = [1, 0x74, 0, 0, 4, 3, .. program, 16, 0, 0, 0];
        var database = Encoding.Unicode.GetBytes("shop");
        byte[] changed = [1, 4, .. database, 0];
        return [0xE3, (byte)changed.Length, 0, .. changed, 0xAD, (byte)acknowledged.Length, 0, .. acknowledged, .. Done(0, 0)];
    }
}
