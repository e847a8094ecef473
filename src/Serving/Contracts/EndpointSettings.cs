using System.Text.Json.Serialization;

namespace Slipway.Serving.Contracts;

/// <summary>What an endpoint says of itself, beyond who answers.</summary>
public sealed record EndpointSettings
{
    public static EndpointSettings Default { get; } = new();

    /// <summary>Who may ask; null: whoever is signed in to the server and may read the workspace.</summary>
    [JsonPropertyName("auth_mode")]
    public AuthMode? AuthMode { get; init; }

    /// <summary>The header whose value keeps a caller with one deployment, as long as the shares allow it; null: each request is drawn.</summary>
    [JsonPropertyName("affinity_header")]
    public string? AffinityHeader { get; init; }

    /// <summary>The column (or tensor) of a request whose first value does so where the header does not; null: none.</summary>
    [JsonPropertyName("affinity_column"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? AffinityColumn { get; init; }

    /// <summary>Days after which collected answers and labels may be forgotten by a collection of garbage; null: never.</summary>
    [JsonPropertyName("retention_days")]
    public int? RetentionDays { get; init; }

    [JsonPropertyName("description")]
    public string? Description { get; init; }

    [JsonPropertyName("tags")]
    public IReadOnlyDictionary<string, string>? Tags { get; init; }
}

/// <summary>How callers of an endpoint show who they are, in Azure ML's words.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AuthMode>))]
public enum AuthMode
{
    /// <summary>By one of two keys.</summary>
    [JsonStringEnumMemberName("key")]
    Key,

    /// <summary>By a token of the endpoint, which expires.</summary>
    [JsonStringEnumMemberName("aml_token")]
    AmlToken,

    /// <summary>As they sign in to the server.</summary>
    [JsonStringEnumMemberName("aad_token")]
    AadToken,
}
