using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Slipway.Storage.Data;

/// <summary>A way to the PostgreSQL server of the tests that can be cut, with all connections over it, and mended.</summary>
internal sealed class DatabaseLine : IAsyncDisposable
{
    private readonly NpgsqlConnectionStringBuilder _target;
    private readonly Lock _lock = new();
    private readonly List<Socket> _open = [];
    private readonly int _port;
    private TcpListener _listener;

    public DatabaseLine(string connectionString)
    {
        _target = new NpgsqlConnectionStringBuilder(connectionString);
        _listener = Listen(0);
        _port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        ConnectionString = new NpgsqlConnectionStringBuilder(connectionString) { Host = "127.0.0.1", Port = _port, SslMode = SslMode.Disable }.ConnectionString;
    }

    public string ConnectionString { get; }

    public void Cut()
    {
        _listener.Stop();
        lock (_lock)
        {
            _open.ForEach(socket => socket.Dispose());
            _open.Clear();
        }
    }

    public void Mend() => _listener = Listen(_port);

    public ValueTask DisposeAsync()
    {
        Cut();
        return ValueTask.CompletedTask;
    }

    private TcpListener Listen(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        _ = AcceptAsync(listener);
        return listener;
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
                _ = RelayAsync(await listener.AcceptSocketAsync());
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // It was cut.
        }
    }

    private async Task RelayAsync(Socket near)
    {
        EndPoint end = _target.Host!.StartsWith('/')
            ? new UnixDomainSocketEndPoint(Path.Combine(_target.Host, $".s.PGSQL.{_target.Port}"))
            : new DnsEndPoint(_target.Host, _target.Port);
        var far = new Socket(end.AddressFamily == AddressFamily.Unix ? AddressFamily.Unix : AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Unspecified);
        lock (_lock)
            _open.AddRange([near, far]);
        try
        {
            await far.ConnectAsync(end);
            await using var one = new NetworkStream(near);
            await using var other = new NetworkStream(far);
            await Task.WhenAny(one.CopyToAsync(other), other.CopyToAsync(one));
        }
        catch (Exception exception) when (exception is SocketException or IOException or ObjectDisposedException)
        {
            // It was cut.
        }

        near.Dispose();
        far.Dispose();
    }
}
