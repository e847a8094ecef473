using System.Net;
using System.Net.Sockets;

namespace Slipway.Jobs.Compute.Containers;

/// <summary>
/// The one way out of a container without network: a port on its own loopback, behind which this process passes bytes on to the
/// tracking server. The listening socket is made inside the container's network namespace and used from outside.
/// </summary>
internal sealed class TrackingDoor : IAsyncDisposable
{
    public const string Variable = "MLFLOW_TRACKING_URI";

    private readonly Socket _listener;
    private readonly Uri _server;
    private readonly Task _serving;
    private readonly CancellationTokenSource _closed = new();

    private TrackingDoor(Socket listener, Uri server)
    {
        _listener = listener;
        _server = server;
        _serving = Task.Run(ServeAsync);
    }

    /// <summary>The server's address as the container sees it.</summary>
    public static string Inside(string server) =>
        new Uri(server) is { Scheme: "http" } address ? $"http://127.0.0.1:{address.Port}" : server;

    /// <summary>Null, and a line in the log that says why, when there can be none.</summary>
    public static TrackingDoor? Open(int process, string server, StepLog log)
    {
        var address = new Uri(server);
        if (address.Scheme != "http")
        {
            log.WriteLine($"[{Variable} cannot be reached from a container without network: {server} is not plain HTTP. Ask for a network with resources.docker_args: --network bridge.]");
            return null;
        }

        try
        {
            return new TrackingDoor(NetworkNamespace.Make(process, () => Listen(address.Port)), address);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or SocketException)
        {
            log.WriteLine($"[{Variable} cannot be reached from this container: {exception.Message}. It takes the right to enter its network (root).]");
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        _listener.Dispose();
        await _serving;
        _closed.Dispose();
    }

    private static Socket Listen(int port)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        listener.Listen();
        return listener;
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
                _ = PassAsync(await _listener.AcceptAsync(_closed.Token));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The container has ended.
        }
    }

    private async Task PassAsync(Socket inside)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using (inside)
        {
            try
            {
                await server.ConnectAsync(_server.Host, _server.Port, _closed.Token);
                await using var near = new NetworkStream(inside);
                await using var far = new NetworkStream(server);
                await Task.WhenAll(CopyAsync(near, far, server), CopyAsync(far, near, inside));
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or IOException or ObjectDisposedException)
            {
                // Either end hung up.
            }
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, Socket target)
    {
        await from.CopyToAsync(to, _closed.Token);
        target.Shutdown(SocketShutdown.Send);
    }
}
