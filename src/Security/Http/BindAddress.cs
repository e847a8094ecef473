using Slipway.Kernel;

namespace Slipway.Security.Http;

/// <summary>Which addresses a server may listen on.</summary>
internal static class BindAddress
{
    /// <summary>Refuses any address but loopback while nobody has to sign in.</summary>
    public static void Check(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            throw SlipwayException.Invalid($"'{url}' is not an address to listen on; write http://127.0.0.1:5000 or the like.");
        if (!HostGuard.IsLoopback(uri.Host))
        {
            throw SlipwayException.Invalid(
                $"{url} can be reached from other machines, and nobody has to sign in to this server yet. " +
                "Listen on http://127.0.0.1:<port> and put a reverse proxy with sign-in in front of it.");
        }
    }
}
