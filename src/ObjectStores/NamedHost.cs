using System.Net;
using System.Net.Sockets;
using Slipway.Kernel;

namespace Slipway.ObjectStores;

/// <summary>
/// Connects to a host that a user named: wherever data lies, also within the own network, but never a link-local address. Those are a
/// cloud's metadata, and whoever may name an address must not read the server's identity there.
/// </summary>
public static class NamedHost
{
    /// <summary>For <see cref="SocketsHttpHandler.ConnectCallback"/>: what was looked at is what is connected to, after a redirection too.</summary>
    public static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, ct);
        if (addresses.Any(IsLinkLocal))
            throw SlipwayException.Invalid($"'{context.DnsEndPoint.Host}' is a link-local address, from which nothing is read.");

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static bool IsLinkLocal(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return plain.IsIPv6LinkLocal || (plain.AddressFamily == AddressFamily.InterNetwork && plain.GetAddressBytes() is [169, 254, ..]);
    }
}
