using System.Text.Json.Serialization;

namespace Slipway.Serving.Contracts;

/// <summary>A container that answers in a deployment's stead: Azure ML's custom container.</summary>
public sealed record ContainerSettings
{
    /// <summary>The image; null: it is built.</summary>
    [JsonPropertyName("image"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Image { get; init; }

    /// <summary>The digest of the tree that the image is built from.</summary>
    [JsonPropertyName("build"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Build { get; init; }

    /// <summary>The Dockerfile in that tree; null: Dockerfile.</summary>
    [JsonPropertyName("dockerfile"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Dockerfile { get; init; }

    /// <summary>Where requests go.</summary>
    [JsonPropertyName("scoring_route"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ContainerRoute? Scoring { get; init; }

    /// <summary>Answers 2xx when it is ready; null: the route of <see cref="Liveness"/>, or the protocol's.</summary>
    [JsonPropertyName("readiness_route"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ContainerRoute? Readiness { get; init; }

    /// <summary>Answers 2xx while it lives; null: as <see cref="Readiness"/>.</summary>
    [JsonPropertyName("liveness_route"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ContainerRoute? Liveness { get; init; }

    /// <summary>The folder below which the model is; null: /var/azureml-app/azureml-models.</summary>
    [JsonPropertyName("model_mount_path"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ModelMountPath { get; init; }

    /// <summary>Processors that it may use; null: all.</summary>
    [JsonPropertyName("cpus"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Processors { get; init; }

    /// <summary>Memory that it may use; null: all.</summary>
    [JsonPropertyName("memory_mb"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MemoryMegabytes { get; init; }

    /// <summary>A network of the engine's, such as "bridge"; null: none, and only the server reaches it.</summary>
    [JsonPropertyName("network"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Network { get; init; }
}

/// <summary>A path on a port of a container.</summary>
/// <param name="Path">From the root: "/score".</param>
public sealed record ContainerRoute([property: JsonPropertyName("path")] string Path, [property: JsonPropertyName("port")] int Port);
