using System.Collections.Frozen;

namespace Slipway.Serving.Runtimes.Proxy;

/// <summary>Which of a caller's headers another server gets: those that are of the message, not of the connection that it came over.</summary>
internal static class PassedHeaders
{
    // https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1; and those that the client of the other connection writes itself. The body has been unpacked, and answers are not.
    private static readonly FrozenSet<string> s_ofConnection = FrozenSet.ToFrozenSet(
        [
            "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authorization", "Proxy-Authenticate", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "Expect",
            "Host", "Content-Length", "Content-Type", "Content-Encoding", "Accept-Encoding",
        ],
        StringComparer.OrdinalIgnoreCase);

    public static Dictionary<string, string> Of(BodyRequest request)
    {
        var headers = request.PassedOn();
        var named = headers.GetValueOrDefault("Connection", "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        foreach (var name in s_ofConnection.Concat(named))
            headers.Remove(name);
        return headers;
    }
}
