using System.Net;
using Microsoft.AspNetCore.Http;
using Slipway.Kernel;

namespace Slipway.Security.Http;

/// <summary>
/// While nobody has to sign in, only this machine may ask: a request whose Host is not a loopback name, or whose Origin
/// is another site, is refused. This is what stops a web page from reaching the server through DNS rebinding or a form.
/// </summary>
internal sealed class HostGuard(RequestDelegate next)
{
    // The same clients come again and again. Other requests change it at any moment: it is read once for each.
    private string _lastLoopback = "localhost";

    public Task InvokeAsync(HttpContext context)
    {
        var host = context.Request.Host;
        if (host.Value != _lastLoopback)
        {
            if (!IsLoopback(host.Host))
            {
                throw new SlipwayException(
                    ErrorCode.PermissionDenied,
                    $"The Host header names '{host.Host}'; without sign-in this server answers only to localhost, 127.0.0.1 and [::1].");
            }

            _lastLoopback = host.Value!;
        }

        var origin = context.Request.Headers.Origin.ToString();
        if (origin.Length > 0 && !IsOwn(origin, host))
        {
            throw new SlipwayException(
                ErrorCode.PermissionDenied,
                $"The Origin '{origin}' is another site; without sign-in this server takes requests only from its own pages.");
        }

        return next(context);
    }

    /// <summary>True for localhost and the loopback addresses.</summary>
    internal static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    // A page of this server sends exactly the authority that it was loaded from; another port is another site.
    private static bool IsOwn(string origin, HostString host) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri)
        && uri.Authority.Equals(host.Value, StringComparison.OrdinalIgnoreCase);
}
