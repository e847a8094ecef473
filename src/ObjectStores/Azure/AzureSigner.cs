using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure.Core;

namespace Slipway.ObjectStores.Azure;

/// <summary>Puts the proof of who asks on a request to Azure Storage.</summary>
internal interface IAzureSigner
{
    Task SignAsync(HttpRequestMessage request, CancellationToken ct);
}

/// <summary>A shared access signature is part of the address.</summary>
internal sealed class SasSigner(string token) : IAzureSigner
{
    /// <summary>Until when it is good; null: it does not say so.</summary>
    public DateTimeOffset? EndsAt { get; } = token.TrimStart('?').Split('&').FirstOrDefault(field => field.StartsWith("se=", StringComparison.Ordinal)) is { } end
        && DateTimeOffset.TryParse(Uri.UnescapeDataString(end[3..]), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : null;

    public Task SignAsync(HttpRequestMessage request, CancellationToken ct)
    {
        var address = request.RequestUri!;
        request.RequestUri = new Uri($"{address}{(address.Query.Length == 0 ? "?" : "&")}{token.TrimStart('?')}");
        return Task.CompletedTask;
    }
}

/// <summary>A service principal, a managed identity, or whoever is signed in, through Azure.Identity.</summary>
/// <param name="advice">What to look at when no token is given.</param>
internal sealed class TokenSigner(TokenCredential credential, string advice) : IAzureSigner
{
    public string Advice => advice;

    private static readonly TokenRequestContext s_storage = new(["https://storage.azure.com/.default"]);

    public async Task SignAsync(HttpRequestMessage request, CancellationToken ct)
    {
        var token = await credential.GetTokenAsync(s_storage, ct);
        request.Headers.Authorization = new("Bearer", token.Token);
    }
}

/// <summary>https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key</summary>
internal sealed class SharedKeySigner(string account, byte[] key) : IAzureSigner
{
    public Task SignAsync(HttpRequestMessage request, CancellationToken ct)
    {
        var signature = Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(Text(request))));
        request.Headers.Authorization = new("SharedKey", $"{account}:{signature}");
        return Task.CompletedTask;
    }

    private string Text(HttpRequestMessage request)
    {
        var body = request.Content?.Headers;
        var text = new StringBuilder(request.Method.Method)
            .Append("\n\n\n")
            .Append(body?.ContentLength is > 0 and var length ? length.ToString(CultureInfo.InvariantCulture) : "")
            .Append("\n\n").Append(body?.ContentType?.ToString())
            .Append("\n\n\n").Append(One(request, "If-Match"))
            .Append('\n').Append(One(request, "If-None-Match"))
            .Append("\n\n\n");
        var headers = request.Headers
            .Where(header => header.Key.StartsWith("x-ms-", StringComparison.OrdinalIgnoreCase))
            .OrderBy(header => header.Key, StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in headers)
            text.Append(name.ToLowerInvariant()).Append(':').Append(string.Join(',', values)).Append('\n');

        text.Append('/').Append(account).Append(request.RequestUri!.AbsolutePath);
        var parameters = request.RequestUri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(part => part.Split('=', 2))
            .OrderBy(part => part[0], StringComparer.Ordinal);
        foreach (var part in parameters)
            text.Append('\n').Append(part[0].ToLowerInvariant()).Append(':').Append(Uri.UnescapeDataString(part[1]));
        return text.ToString();
    }

    private static string One(HttpRequestMessage request, string header) =>
        request.Headers.TryGetValues(header, out var values) ? string.Join(',', values) : "";
}
