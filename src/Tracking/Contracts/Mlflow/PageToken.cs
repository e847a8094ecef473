using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Slipway.Kernel;

namespace Slipway.Tracking.Contracts.Mlflow;

/// <summary>
/// MLflow's page token: base64 of a JSON object with the offset. Ours also says of which search it is, so that a token
/// of another one is refused instead of showing the wrong page.
/// </summary>
public static class PageToken
{
    /// <param name="scope">All arguments of the search but the page and its size.</param>
    public static string Encode(long offset, string scope) =>
        Wrap($$"""{"offset": {{offset}}, "of": "{{Hash(scope)}}"}""");

    /// <summary>The offset; 0 for no token.</summary>
    public static long Decode(string? token, string scope)
    {
        if (string.IsNullOrEmpty(token))
            return 0;
        return Read(token, scope).TryGetProperty("offset", out var offset)
            && offset.ValueKind == JsonValueKind.Number
            && offset.TryGetInt64(out var number)
            && number >= 0
            ? number
            : throw Foreign();
    }

    /// <summary>The JSON object of a token of this search; for tokens with more than an offset.</summary>
    public static JsonElement Read(string token, string scope)
    {
        var bytes = new byte[token.Length];
        if (!Convert.TryFromBase64String(token, bytes, out var length))
            throw Foreign();
        try
        {
            var json = JsonElement.Parse(bytes.AsSpan(0, length));
            return json.ValueKind == JsonValueKind.Object
                && json.TryGetProperty("of", out var of)
                && of.ValueKind == JsonValueKind.String
                && of.ValueEquals(Hash(scope))
                ? json
                : throw Foreign();
        }
        catch (JsonException)
        {
            // Somebody else's base64.
            throw Foreign();
        }
    }

    /// <summary>A JSON text as a token; it must have "of" with <see cref="Hash"/>.</summary>
    public static string Wrap(string json) => Convert.ToBase64String(Encoding.UTF8.GetBytes(json));

    public static string Hash(string scope) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(scope)).AsSpan(0, 6));

    /// <summary>The refusal of a token that this server did not make, or made for another search.</summary>
    public static SlipwayException Foreign() => SlipwayException.Invalid(
        "Invalid page token: it is not one that this search returned. Leave page_token out to begin with the first page.");
}
