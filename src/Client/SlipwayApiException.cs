using System.Net;

namespace Slipway.Client;

/// <summary>The server refused, or could not be reached. The message is one sentence for people.</summary>
/// <param name="status">The HTTP status; null when there was no answer.</param>
/// <param name="code">The server's error code ("NotFound", "Conflict" …); null when the answer had none.</param>
public sealed class SlipwayApiException(HttpStatusCode? status, string? code, string message, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>The HTTP status; null when nobody answered.</summary>
    public HttpStatusCode? Status { get; } = status;

    /// <summary>The kind of refusal, such as NotFound; null when nobody answered.</summary>
    public string? Code { get; } = code;
}
