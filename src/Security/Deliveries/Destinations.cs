using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Security.Deliveries;

/// <summary>
/// Which receivers this server may call. The addresses are checked when a connection is made, and exactly these are
/// connected to: a name that changes its address in between (DNS rebinding) gains nothing.
/// </summary>
internal sealed class Destinations(IOptions<DeliveryOptions> options) : IWebClients
{
    private const int LongestUrl = 2048;

    public Uri Parse(string url, string what = "URL")
    {
        if (url.Length > LongestUrl || !Uri.TryCreate(url, UriKind.Absolute, out var uri))
            throw SlipwayException.Invalid($"Invalid {what}: it must be absolute, of at most {LongestUrl} characters: https://host/path.");
        if (uri.Scheme != Uri.UriSchemeHttps && !(options.Value.AllowHttp && uri.Scheme == Uri.UriSchemeHttp))
        {
            var allowed = options.Value.AllowHttp ? "https, http" : "https (http with Deliveries:AllowHttp)";
            throw SlipwayException.Invalid($"Invalid {what} scheme: '{uri.Scheme}'. Allowed schemes are: {allowed}.");
        }

        if (uri.Host.Length == 0)
            throw SlipwayException.Invalid($"The {what} must include a hostname.");
        if (uri.UserInfo.Length > 0)
            throw SlipwayException.Invalid($"The {what} must not contain a user name or password.");
        return uri;
    }

    /// <summary>Refuses a host that has no address, or one that may not be called. With private ones allowed no name is asked.</summary>
    public async Task CheckHostAsync(string host, CancellationToken ct)
    {
        if (!options.Value.AllowPrivateAddresses)
            await AddressesAsync(host, ct);
    }

    /// <summary>A client that follows no redirection and uses no proxy: both would call an address that nobody checked.</summary>
    public HttpClient CreateClient() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(10),
        ConnectCallback = (context, ct) => ConnectAsync(context.DnsEndPoint, ct),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>Connects to one of the host's addresses, after all of them were checked.</summary>
    private async ValueTask<Stream> ConnectAsync(DnsEndPoint endpoint, CancellationToken ct)
    {
        var addresses = await AddressesAsync(endpoint.Host, ct);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, endpoint.Port, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<IPAddress[]> AddressesAsync(string host, CancellationToken ct)
    {
        // An IPv6 literal stands in brackets in a URL.
        var addresses = IPAddress.TryParse(host.Trim('[', ']'), out var literal) ? [literal] : await ResolveAsync(host, ct);
        if (!options.Value.AllowPrivateAddresses && addresses.FirstOrDefault(address => !PublicAddress.Is(address)) is { } refused)
        {
            throw SlipwayException.Invalid(
                $"The URL must not resolve to a non-public IP address: '{host}' resolves to {refused}. "
                + "An administrator of the server can allow this with Deliveries:AllowPrivateAddresses.");
        }

        return addresses;
    }

    private static async Task<IPAddress[]> ResolveAsync(string host, CancellationToken ct)
    {
        try
        {
            return await Dns.GetHostAddressesAsync(host, ct);
        }
        catch (SocketException exception)
        {
            throw new SlipwayException(
                ErrorCode.InvalidParameter, $"Cannot resolve the hostname '{host}': {exception.Message}.", exception);
        }
    }
}
