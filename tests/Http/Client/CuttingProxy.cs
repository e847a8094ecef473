using System.Net;
using System.Net.Sockets;

namespace Slipway.Http.Client;

/// <summary>Stands before a server and cuts connections: when they carried so much, or all while it is down.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ended = new();
    private readonly Uri _server;
    private readonly Task _accepting;

    public CuttingProxy(Uri server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>Once a connection carried so many bytes, the answer to the request is lost, and the connection with it.</summary>
    public long CutAfter { get; init; } = long.MaxValue;

    /// <summary>No connection gets through.</summary>
    public bool Down { get; set; }

    public int Cuts { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _ended.Dispose();
    }

    private async Task AcceptAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true)
                open.Add(ForwardAsync(await _listener.AcceptTcpClientAsync(_ended.Token)));
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The proxy was closed.
        }

        await Task.WhenAll(open);
    }

    private async Task ForwardAsync(TcpClient client)
    {
        using (client)
        {
            using var server = new TcpClient();
            await server.ConnectAsync(_server.Host, _server.Port, _ended.Token);
            var sent = 0L;
            var up = PumpAsync(client, server, bytes =>
            {
                sent += bytes;
                return !Down;
            });
            var down = PumpAsync(server, client, _ =>
            {
                // The server has done what it was asked for, and nobody hears of it.
                if (sent <= CutAfter && !Down)
                    return true;
                Cuts++;
                return false;
            });
            await Task.WhenAny(up, down);
        }
    }

    private async Task PumpAsync(TcpClient from, TcpClient to, Func<int, bool> passes)
    {
        try
        {
            var buffer = new byte[16 * 1024];
            int read;
            while ((read = await from.GetStream().ReadAsync(buffer, _ended.Token)) > 0 && passes(read))
                await to.GetStream().WriteAsync(buffer.AsMemory(0, read), _ended.Token);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // One of the two is gone; so is the connection.
        }
    }
}
