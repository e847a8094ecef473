using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Slipway.Jobs.Compute;

/// <summary>Where processes on this machine reach the server.</summary>
internal sealed class ServerAddress(IServiceProvider services)
{
    /// <summary>Null when this process serves nothing, or does not yet.</summary>
    public string? Find()
    {
        var addresses = services.GetService<IServer>()?.Features.Get<IServerAddressesFeature>()?.Addresses;
        return addresses?.OrderBy(address => address.StartsWith("https:", StringComparison.Ordinal)).FirstOrDefault() is { } address
            ? address
                .Replace("//0.0.0.0:", "//127.0.0.1:", StringComparison.Ordinal)
                .Replace("//[::]:", "//127.0.0.1:", StringComparison.Ordinal)
                .Replace("//+:", "//127.0.0.1:", StringComparison.Ordinal)
                .Replace("//*:", "//127.0.0.1:", StringComparison.Ordinal)
            : null;
    }
}
