using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Slipway.Jobs.Schedules.Pushes;

/// <summary>Whether a call comes from who knows the secret. All comparisons take the same time, however much is right.</summary>
internal static class PushSignature
{
    private static readonly TimeSpan s_tolerance = TimeSpan.FromMinutes(5);

    public static bool IsValid(string provider, IHeaderDictionary headers, byte[] body, string secret, DateTimeOffset now) => provider switch
    {
        "github" => Same(headers["X-Hub-Signature-256"].ToString(), "sha256=" + Convert.ToHexStringLower(Hash(secret, body))),
        "gitlab" => Same(headers["X-Gitlab-Token"].ToString(), secret),
        "azure_devops" => Same(Password(headers.Authorization.ToString()), secret),
        _ => IsOurs(headers, body, secret, now),
    };

    /// <summary>As this server signs its own deliveries; what is older than five minutes is refused.</summary>
    private static bool IsOurs(IHeaderDictionary headers, byte[] body, string secret, DateTimeOffset now)
    {
        var timestamp = headers["X-Slipway-Timestamp"].ToString();
        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || Math.Abs(now.ToUnixTimeSeconds() - seconds) > s_tolerance.TotalSeconds)
        {
            return false;
        }

        byte[] signed = [.. Encoding.UTF8.GetBytes($"{headers["X-Slipway-Delivery-Id"]}.{timestamp}."), .. body];
        return Same(headers["X-Slipway-Signature"].ToString(), "v1," + Convert.ToBase64String(Hash(secret, signed)));
    }

    // "Basic dXNlcjpwYXNzd29yZA==": what service hooks of Azure DevOps send; the user's name does not matter.
    private static string Password(string header)
    {
        var encoded = header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase) ? header["Basic ".Length..].Trim() : "";
        var bytes = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded, bytes, out var count))
            return "";
        var pair = Encoding.UTF8.GetString(bytes, 0, count);
        return pair[(pair.IndexOf(':', StringComparison.Ordinal) + 1)..];
    }

    private static byte[] Hash(string secret, byte[] body) => HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body);

    private static bool Same(string given, string wanted) => wanted.Length > 0
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(wanted)));
}
