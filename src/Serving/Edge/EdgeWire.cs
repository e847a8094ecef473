using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Serving.Contracts;

namespace Slipway.Serving.Edge;

/// <summary>All that a data plane elsewhere needs to answer for an endpoint; what it refers to it gets by digest.</summary>
/// <param name="MaskKey">The key of masked values; null where nothing is hashed.</param>
internal sealed record EdgeConfiguration(
    string Endpoint,
    string Collect,
    IReadOnlyDictionary<string, int> Traffic,
    IReadOnlyDictionary<string, int> MirrorTraffic,
    EndpointSettings Settings,
    IReadOnlyList<EdgeDeployment> Deployments,
    IReadOnlyList<EdgeCredential> Credentials,
    string? MaskKey);

/// <summary>A deployment with its model version.</summary>
internal sealed record EdgeDeployment(
    string Name, string Model, int ModelVersion, string Tree, string Flavor, string? Signature, DeploymentSettings Settings, DateTimeOffset CreatedAt);

/// <summary>The hash of a key or token.</summary>
/// <param name="ExpiresAt">Milliseconds since 1970; null: never.</param>
internal sealed record EdgeCredential(string Kind, string Hash, long? ExpiresAt);

/// <summary>Collected answers that were uploaded as a blob.</summary>
internal sealed record EdgeSegment(
    string Deployment, string Model, int ModelVersion, bool Mirrored, string Digest, long SampledOut, long OptedOut, string? Masked);

/// <summary>A profile of answers.</summary>
/// <param name="From">Milliseconds since 1970; so is To.</param>
internal sealed record EdgeProfile(string Id, string Deployment, string Model, int ModelVersion, long From, long To, byte[] Profile);

/// <summary>What a process has done since it started.</summary>
/// <param name="Instance">An id of this run of the process.</param>
/// <param name="Revision">The configuration that it answers by.</param>
/// <param name="LostRows">Collected rows that were given up because the control plane was away for too long.</param>
/// <param name="WaitingRows">Collected rows that are still to be sent.</param>
internal sealed record EdgeReport(
    string Instance,
    string Host,
    DateTimeOffset StartedAt,
    string Revision,
    long LostRows,
    long WaitingRows,
    IReadOnlyList<EdgeCounters> Deployments);

internal sealed record EdgeCounters(
    string Name, long Requests, long Rows, long Errors, long Dropped, double MeanMilliseconds, double P50Milliseconds, double P99Milliseconds);

/// <summary>What goes between a data plane elsewhere and the control plane, and what such a data plane keeps.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(EdgeConfiguration))]
[JsonSerializable(typeof(EdgeSegment))]
[JsonSerializable(typeof(EdgeProfile))]
[JsonSerializable(typeof(EdgeReport))]
[JsonSerializable(typeof(SpoolState))]
internal sealed partial class EdgeJson : JsonSerializerContext;
