using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Slipway.Kernel;

namespace Slipway.Serving.Inference;

/// <summary>What a request may call itself, and when it says that it happened.</summary>
internal static class RequestNames
{
    private const int MaxIdLength = 128;
    private static readonly string[] s_formats = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK"];

    /// <summary>False: the header "slipway-collect: off" asks that nothing of this request is kept.</summary>
    public static bool IsKept(IHeaderDictionary? headers) =>
        headers is null || !headers.TryGetValue("slipway-collect", out var wish) || !string.Equals(wish, "off", StringComparison.OrdinalIgnoreCase);

    /// <summary>The id of a request whose body has no place for one: its header x-request-id. Proxies set it too, so one that is no id is passed over.</summary>
    public static string? IdOf(IHeaderDictionary headers) => Given(headers, "x-request-id");

    /// <summary>What Azure ML's clients call the request by, for their own logs.</summary>
    public static string? ClientIdOf(IHeaderDictionary headers) => Given(headers, "x-ms-client-request-id");

    public static void CheckId(string id)
    {
        if (!IsId(id))
        {
            throw SlipwayException.Invalid(
                $"'id' has 1 to {MaxIdLength} characters without '@' and control characters; this one has {id.Length}.");
        }
    }

    // It goes back as a header, which is ASCII.
    private static string? Given(IHeaderDictionary headers, string name) =>
        headers.TryGetValue(name, out var given) && given.ToString() is var id && IsId(id) && Ascii.IsValid(id) ? id : null;

    private static bool IsId(string id) => id.Length is > 0 and <= MaxIdLength && !id.Contains('@') && !id.Any(char.IsControl);

    /// <summary>RFC 3339 with a zone.</summary>
    public static DateTimeOffset EventTime(string text)
    {
        return DateTimeOffset.TryParseExact(text, s_formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            && text.AsSpan(10).ContainsAny('Z', '+', '-')
            ? time
            : throw SlipwayException.Invalid(
                $"'event_time' is '{(text.Length <= 64 ? text : text[..61] + "...")}'; write a time with its zone, such as 2001-01-31T08:00:00Z.");
    }
}
