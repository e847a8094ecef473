using System.Net;
using System.Net.Sockets;
using Slipway.Serving.Runtimes.Python;
using Xunit;

namespace Slipway.Unit.Serving;

public sealed class WorkerSocketTests
{
    [Fact]
    public void Looking_at_a_socket_that_has_ended_meanwhile_finds_nothing_to_take_back()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(listener.LocalEndPoint!);
        var worker = new WorkerSocket(socket);

        var open = worker.IsEmpty;
        worker.Dispose();

        Assert.True(open);
        Assert.False(worker.IsEmpty);
    }
}
