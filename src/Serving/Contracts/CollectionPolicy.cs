using System.Text.Json.Serialization;

namespace Slipway.Serving.Contracts;

/// <summary>What of a deployment's requests and answers is kept.</summary>
public sealed record CollectionPolicy
{
    /// <summary>The share of requests that is kept; the same request id is kept by every deployment, or by none.</summary>
    [JsonPropertyName("sampling_rate")]
    public double SamplingRate { get; init; } = 1;

    /// <summary>Whether inputs are kept.</summary>
    [JsonPropertyName("inputs")]
    public bool Inputs { get; init; } = true;

    /// <summary>Whether outputs are kept.</summary>
    [JsonPropertyName("outputs")]
    public bool Outputs { get; init; } = true;

    /// <summary>Whether profiles are kept of what is kept as it is, whatever the sampling rate.</summary>
    [JsonPropertyName("profiles")]
    public bool Profiles { get; init; } = true;

    /// <summary>"email=hash, ssn=drop": inputs and outputs that are kept as keyed hashes, or not at all.</summary>
    [JsonPropertyName("mask"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Mask { get; init; }
}

/// <summary>How much of a window was kept of a deployment's answers, so that who reads them knows what is not there.</summary>
/// <param name="Rows">That are kept.</param>
/// <param name="SampledOut">Rows that the sampling rate left out.</param>
/// <param name="OptedOut">Rows that their callers asked not to be kept.</param>
/// <param name="Masked">Columns that are hashes, or were dropped.</param>
public sealed record CollectedCounts(string Deployment, int ModelVersion, long Rows, long SampledOut, long OptedOut, IReadOnlyList<string> Masked);
