using System.Net;
using System.Net.Sockets;

namespace Slipway.Storage.ObjectStores;

/// <summary>Stands between a client and a server and does, for so many connections, what networks and servers do.</summary>
internal sealed class FaultyProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Uri _server;
    private int _faults;
    private Func<TcpClient, TcpClient, Task> _fault = PassAsync;

    public FaultyProxy(Uri server)
    {
        _server = server;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Connections { get; private set; }

    public Uri Address => new UriBuilder(_server) { Port = ((IPEndPoint)_listener.LocalEndpoint).Port }.Uri;

    /// <summary>The next connections end after so many bytes of the answer.</summary>
    public void CutAfter(int bytes, int connections = 1) => Set(connections, async (client, server) =>
    {
        _ = CopyAsync(client.GetStream(), server.GetStream(), long.MaxValue);
        await CopyAsync(server.GetStream(), client.GetStream(), bytes);
    });

    /// <summary>The next connections answer 500.</summary>
    public void Answer500(int connections) => Set(connections, async (client, server) =>
    {
        var buffer = new byte[64 * 1024];
        await client.GetStream().ReadAtLeastAsync(buffer, 1);
        server.Close();
        await client.GetStream().WriteAsync("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
    });

    /// <summary>The next connection sends so many bytes of the answer, and then it and all later ones nothing.</summary>
    public void StallAfter(int bytes) => Set(int.MaxValue, async (client, server) =>
    {
        _ = CopyAsync(client.GetStream(), server.GetStream(), long.MaxValue);
        await CopyAsync(server.GetStream(), client.GetStream(), Interlocked.Exchange(ref bytes, 0));
        await Task.Delay(Timeout.Infinite);
    });

    public void Dispose() => _listener.Dispose();

    private void Set(int connections, Func<TcpClient, TcpClient, Task> fault)
    {
        _fault = fault;
        _faults = connections;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                Connections++;
                _ = ServeAsync(client, _faults-- > 0 ? _fault : PassAsync);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The end of the test.
        }
    }

    private async Task ServeAsync(TcpClient client, Func<TcpClient, TcpClient, Task> way)
    {
        using var server = new TcpClient();
        using (client)
        {
            try
            {
                await server.ConnectAsync(_server.Host, _server.Port);
                await way(client, server);
            }
            catch (IOException)
            {
                // One side went; so does the other.
            }
        }
    }

    private static Task PassAsync(TcpClient client, TcpClient server) => Task.WhenAny(
        CopyAsync(client.GetStream(), server.GetStream(), long.MaxValue), CopyAsync(server.GetStream(), client.GetStream(), long.MaxValue));

    private static async Task CopyAsync(NetworkStream from, NetworkStream to, long bytes)
    {
        var buffer = new byte[16 * 1024];
        while (bytes > 0 && await from.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, bytes))) is var read and > 0)
        {
            await to.WriteAsync(buffer.AsMemory(0, read));
            bytes -= read;
        }
    }
}
