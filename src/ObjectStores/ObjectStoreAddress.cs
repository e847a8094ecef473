using System.Text.Json.Serialization;
using Slipway.Kernel;

namespace Slipway.ObjectStores;

/// <summary>Where objects are; how one proves who one is comes beside it, since that is secret.</summary>
public abstract record ObjectStoreAddress
{
    public sealed record Folder(string Path) : ObjectStoreAddress;

    /// <param name="Endpoint">Of the account: "https://acme.blob.core.windows.net".</param>
    public sealed record AzureBlob(Uri Endpoint, string Account, string Container) : ObjectStoreAddress;

    /// <param name="Endpoint">Null: Amazon's.</param>
    public sealed record S3(string Bucket, Uri? Endpoint, string Region) : ObjectStoreAddress;

    public sealed record Web(Uri Root) : ObjectStoreAddress;
}

/// <summary>What proves to a store who asks. All null: what the environment of the server has.</summary>
public sealed record ObjectStoreCredentials
{
    /// <summary>Azure: base64.</summary>
    [JsonPropertyName("account_key")]
    public string? AccountKey { get; init; }

    [JsonPropertyName("sas_token")]
    public string? SasToken { get; init; }

    [JsonPropertyName("tenant_id")]
    public string? TenantId { get; init; }

    /// <summary>Of a service principal with the secret, of a user-assigned managed identity without.</summary>
    [JsonPropertyName("client_id")]
    public string? ClientId { get; init; }

    [JsonPropertyName("client_secret")]
    public string? ClientSecret { get; init; }

    /// <summary>Of the identity provider, where it is not Azure's public one.</summary>
    [JsonPropertyName("authority_url")]
    public string? AuthorityUrl { get; init; }

    [JsonPropertyName("access_key_id")]
    public string? AccessKeyId { get; init; }

    [JsonPropertyName("secret_access_key")]
    public string? SecretAccessKey { get; init; }

    [JsonPropertyName("session_token")]
    public string? SessionToken { get; init; }

    /// <summary>Web: sent as a bearer token.</summary>
    [JsonPropertyName("token")]
    public string? Token { get; init; }

    /// <summary>Those that a definition gives, by the names that Azure ML has for them.</summary>
    /// <param name="field">The text of a field; null when it is not given.</param>
    public static ObjectStoreCredentials Of(Func<string, string?> field) => new()
    {
        AccountKey = field("account_key") is { } key ? Key(key) : null,
        SasToken = field("sas_token"),
        TenantId = field("tenant_id"),
        ClientId = field("client_id"),
        ClientSecret = field("client_secret"),
        AuthorityUrl = field("authority_url") is { } authority ? Authority(authority) : null,
        AccessKeyId = field("access_key_id"),
        SecretAccessKey = field("secret_access_key"),
        SessionToken = field("session_token"),
        Token = field("token"),
    };

    private static string Key(string text) => Convert.TryFromBase64String(text, new byte[text.Length], out _)
        ? text
        : throw SlipwayException.Invalid("account_key is not base64; copy it again from the access keys of the storage account.");

    private static string Authority(string text) => Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttps
        ? text
        : throw SlipwayException.Invalid($"authority_url is '{text}'; it must be an address such as https://login.microsoftonline.com.");
}
