using System.Net;
using System.Net.Sockets;
using System.Text;
using Slipway.Server.Contracts;
using Xunit;

namespace Slipway.Http.Serving;

/// <summary>Clients that hold what they do not use: others are answered meanwhile, and they are let go.</summary>
public sealed class SlowClientTests : IAsyncLifetime
{
    private const string Head = "POST /endpoints/flights/v2/models/late/infer HTTP/1.1\r\nHost: localhost\r\n";

    private readonly ServingServer _server = new()
    {
        Limits = new ConnectionLimits { HeaderTimeout = TimeSpan.FromSeconds(2), IdleTimeout = TimeSpan.FromSeconds(3), MinDataRate = 100_000 },
    };

    private readonly List<Socket> _sockets = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        _sockets.ForEach(socket => socket.Dispose());
        await _server.DisposeAsync();
    }

    [Fact(Timeout = 120_000)]
    public async Task Thousands_of_idle_and_slow_clients_keep_nobody_waiting_and_are_let_go()
    {
        var idle = await OpenAsync(2_000, "");
        var head = await OpenAsync(500, "POST /endpoints/flights");
        var body = await OpenAsync(500, $"{Head}Content-Length: 1000000\r\n\r\n{{\"inputs\":[");

        for (var i = 0; i < 200; i++)
        {
            using var answer = await _server.AskAsync($"among-{i}", "AA", 100);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        // Closed without a word, for the headers, and told why where a request had begun.
        Assert.All(await Task.WhenAll(idle.Select(EndAsync)), text => Assert.Equal("", text));
        Assert.All(await Task.WhenAll(head.Select(EndAsync)), text => Assert.StartsWith("HTTP/1.1 408", text, StringComparison.Ordinal));
        Assert.All(await Task.WhenAll(body.Select(EndAsync)), text => Assert.Contains("arriving too slowly", text, StringComparison.Ordinal));
    }

    private async Task<List<Socket>> OpenAsync(int count, string text)
    {
        var opened = new List<Socket>();
        for (var i = 0; i < count; i++)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            _sockets.Add(socket);
            opened.Add(socket);
            await socket.ConnectAsync(IPAddress.Loopback, _server.Client.BaseAddress!.Port, Ct);
            if (text.Length > 0)
                await socket.SendAsync(Encoding.ASCII.GetBytes(text), Ct);
        }

        return opened;
    }

    // What the server says before it closes the connection.
    private static async Task<string> EndAsync(Socket socket)
    {
        var buffer = new byte[4096];
        var length = 0;
        try
        {
            while (await socket.ReceiveAsync(buffer.AsMemory(length), Ct) is var read and > 0)
                length += read;
        }
        catch (SocketException)
        {
            // Reset, because of what it had sent and nobody read.
        }

        return Encoding.ASCII.GetString(buffer, 0, length);
    }
}
