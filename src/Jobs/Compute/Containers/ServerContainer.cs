using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;

namespace Slipway.Jobs.Compute.Containers;

/// <summary>One container that serves, from its start to its end.</summary>
internal sealed class ServerContainer : IServerContainer
{
    private readonly ContainerEngine _engine;
    private readonly Warden _warden;
    private readonly string _id;
    private Func<int, Socket> _connect = static _ => throw new SocketException((int)SocketError.NotConnected);
    private Func<int, int> _port = static port => port;
    private int _process;

    public ServerContainer(ContainerEngine engine, Warden warden, string id, Task pump)
    {
        (_engine, _warden, _id) = (engine, warden, id);
        Ended = WatchAsync(pump);
    }

    public Task<int> Ended { get; }

    /// <summary>Finds how it is reached. One that has ended already need not be.</summary>
    public async Task EnterAsync(ServerContainerTask task, CancellationToken ct)
    {
        if (await FindAsync(ct) is not { } found || (int)found["State"]!["Pid"]! is not (> 0 and var process))
            return;
        _process = process;
        _warden.Watch(process);
        if (task.Network is null)
        {
            _connect = _ => NetworkNamespace.Make(process, NewSocket);
            CheckEntrance();
        }
        else
        {
            var published = found["NetworkSettings"]?["Ports"] as JsonObject;
            _connect = static _ => NewSocket();
            _port = port => published?[$"{port}/tcp"] is JsonArray { Count: > 0 } bound ? int.Parse(bound[0]!["HostPort"]!.ToString(), CultureInfo.InvariantCulture) : port;
        }
    }

    public async Task<Stream> ConnectAsync(int port, CancellationToken ct)
    {
        var socket = _connect(port);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, _port(port), ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void End()
    {
        if (Ended.IsCompleted)
            return;
        if (_process > 0)
            ProcessTree.EndGroup(_process);
        _ = DeleteAsync();
    }

    private static Socket NewSocket() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    private void CheckEntrance()
    {
        try
        {
            _connect(0).Dispose();
        }
        catch (FileNotFoundException)
        {
            // It has ended meanwhile.
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw SlipwayException.Conflict(
                $"The network of the container cannot be entered: {exception.Message}. That takes root; without it give the container a network of the engine's: "
                + "\"network\":\"bridge\" in its settings, egress_public_network_access: enabled in YAML.");
        }
    }

    private async Task<JsonNode?> FindAsync(CancellationToken ct)
    {
        try
        {
            return await _engine.ShowAsync(_id, ct);
        }
        catch (SlipwayException)
        {
            // It has ended and is forgotten; who waits for its end is told so.
            return null;
        }
    }

    private async Task<int> WatchAsync(Task pump)
    {
        const int unknown = -1;
        int code;
        try
        {
            code = await _engine.WaitAsync(_id, CancellationToken.None);
        }
        catch (Exception exception) when (exception is SlipwayException or HttpRequestException or IOException)
        {
            // It was forgotten before it could be asked; or the engine went away, and it must not run on beside the next one.
            code = unknown;
        }

        await DeleteAsync();
        await pump;
        if (_process > 0)
            _warden.Forget(_process);
        return code;
    }

    private async Task DeleteAsync()
    {
        try
        {
            await _engine.DeleteAsync(_id, CancellationToken.None);
        }
        catch (SlipwayException)
        {
            // Without an engine nothing can be deleted; the next start deletes what bears its name.
        }
    }
}
