using System.Net;
using System.Net.Sockets;

namespace Slipway.Shared;

/// <summary>A port of the loopback address that nobody listened on a moment ago.</summary>
/// <remarks>Prefer <c>http://127.0.0.1:0</c> in-process; this is for programs that must be told their port.</remarks>
public static class FreePort
{
    public static int Next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
