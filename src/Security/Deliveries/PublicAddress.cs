using System.Net;
using System.Net.Sockets;

namespace Slipway.Security.Deliveries;

/// <summary>Whether an address is one of the public Internet, by IANA's special-purpose registries.</summary>
internal static class PublicAddress
{
    private static readonly IPNetwork[] s_special4 =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
            "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
            "224.0.0.0/3",
        }.Select(IPNetwork.Parse),
    ];

    // Within the public 2000::/3: protocol assignments with Teredo, documentation, 6to4, documentation.
    private static readonly IPNetwork[] s_special6 =
        [.. new[] { "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20" }.Select(IPNetwork.Parse)];

    private static readonly IPNetwork s_public6 = IPNetwork.Parse("2000::/3");

    // NAT64: the last four bytes are the IPv4 address that is meant.
    private static readonly IPNetwork s_translated = IPNetwork.Parse("64:ff9b::/96");

    public static bool Is(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (address.AddressFamily == AddressFamily.InterNetwork)
            return !s_special4.Any(network => network.Contains(address));
        return s_translated.Contains(address)
            ? Is(new IPAddress(address.GetAddressBytes().AsSpan(12)))
            : s_public6.Contains(address) && !s_special6.Any(network => network.Contains(address));
    }
}
