using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Slipway.Jobs.Execution;

namespace Slipway.Jobs.Compute;

/// <summary>Where processes on this machine reach the server.</summary>
internal sealed class ServerAddress(IServiceProvider services, IOptions<JobsOptions> options)
{
    /// <summary>Null when this process serves nothing, or does not yet, and was told of no server.</summary>
    public string? Find()
    {
        if (options.Value.ServerUrl is { } given)
            return given;

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
