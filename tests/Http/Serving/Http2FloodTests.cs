using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Xunit;

namespace Slipway.Http.Serving;

/// <summary>Floods of HTTP/2's frames: the connection that they come on ends or bears them, and calls on others are answered.</summary>
public sealed class Http2FloodTests(ServingServer server) : IClassFixture<ServingServer>
{
    private const byte Data = 0, Headers = 1, Priority = 2, Reset = 3, Settings = 4, Ping = 6, GoAway = 7, WindowUpdate = 8, Continuation = 9;
    private const byte EndHeaders = 4;

    private static readonly byte[] s_call =
    [
        0x83, 0x86, // POST, http
        .. Text(0x04, "/inference.GRPCInferenceService/ModelStreamInfer"), .. Text(0x01, "localhost"),
        0x0f, 0x10, 16, .. "application/grpc"u8,
    ];

    // One header that is kept in the table, and then many times its number.
    private static readonly byte[] s_bomb = [.. s_call, 0x40, 1, (byte)'x', 0x7f, 0x81, 0x0f, .. new byte[2048].Select(_ => (byte)'y'), .. Enumerable.Repeat((byte)0xbe, 8000)];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string> Floods => ["reset", "settings", "ping", "continuation", "empty data", "window", "priority", "header bomb", "streams", "even stream", "unknown", "long frame"];

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Floods))]
    public async Task A_flood_ends_with_its_connection_and_others_are_answered(string flood)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(IPAddress.Loopback, server.GrpcUrl.Port, Ct);
        var stream = connection.GetStream();
        var reading = ReadAsync(stream);
        await stream.WriteAsync((byte[])[.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Frame(Settings, 0, 0, [])], Ct);

        var sending = SendAsync(stream, flood);
        for (var asked = 0; asked < 20 || !sending.IsCompleted; asked++)
            await CheckAnsweredAsync();
        var sent = await sending;
        connection.Client.Shutdown(SocketShutdown.Send);

        // All was read, or the server has said that it hears no more.
        Assert.True(sent || await reading, flood);
        await CheckAnsweredAsync();
    }

    // False: the connection was closed before all was sent.
    private static async Task<bool> SendAsync(NetworkStream stream, string flood)
    {
        try
        {
            if (flood is "empty data" or "window")
                await stream.WriteAsync(Frame(Headers, EndHeaders, 1, s_call), Ct);
            for (var turn = 0; turn < 2_000; turn++)
                await stream.WriteAsync(Enumerable.Range(turn * 10, 10).SelectMany(number => Frames(flood, number)).ToArray(), Ct);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static byte[] Frames(string flood, int number) => flood switch
    {
        "reset" => [.. Frame(Headers, EndHeaders, (2 * number) + 1, s_call), .. Frame(Reset, 0, (2 * number) + 1, [0, 0, 0, 8])],
        "settings" => Frame(Settings, 0, 0, [0, 3, 0, 0, 0, (byte)number]),
        "ping" => Frame(Ping, 0, 0, new byte[8]),
        "continuation" => number == 0 ? Frame(Headers, 0, 1, s_call) : Frame(Continuation, 0, 1, [0x00, 1, (byte)'a', 1, (byte)'b']),
        "empty data" => Frame(Data, 0, 1, []),
        "window" => Frame(WindowUpdate, 0, number % 2, [0, 0, 0, 1]),
        "priority" => Frame(Priority, 0, (2 * number) + 1, [0, 0, 0, 0, 1]),
        "header bomb" => Frame(Headers, EndHeaders, (2 * number) + 1, s_bomb),
        "streams" => Frame(Headers, EndHeaders, (2 * number) + 1, s_call),
        "even stream" => Frame(Headers, EndHeaders, 2 * number, s_call),
        "unknown" => Frame(99, 0xff, number, [1, 2, 3]),
        _ => Frame(Data, 0, 1, new byte[20_000]),
    };

    private static byte[] Frame(byte type, byte flags, int stream, byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        frame[0] = (byte)(payload.Length >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(1), (ushort)payload.Length);
        (frame[3], frame[4]) = (type, flags);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, 9);
        return frame;
    }

    // True: the server has closed the connection, or has said that it will.
    private static async Task<bool> ReadAsync(NetworkStream stream)
    {
        var head = new byte[9];
        try
        {
            while (await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, Ct) == head.Length)
            {
                await stream.ReadExactlyAsync(new byte[(head[0] << 16) | (head[1] << 8) | head[2]], Ct);
                if (head[3] == GoAway)
                    return true;
            }
        }
        catch (IOException)
        {
            // Closed in the middle of a frame.
        }

        return true;
    }

    private async Task CheckAnsweredAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.GrpcUrl, "/inference.GRPCInferenceService/ModelReady"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent([0, 0, 0, 0, 6, 0x0a, 4, .. "late"u8]) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
        };
        using var answer = await server.Client.SendAsync(request, Ct);

        Assert.Equal([0, 0, 0, 0, 2, 8, 1], await answer.Content.ReadAsByteArrayAsync(Ct));
    }

    private static byte[] Text(byte name, string value) => [name, (byte)value.Length, .. System.Text.Encoding.ASCII.GetBytes(value)];
}
