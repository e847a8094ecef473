using System.Text.Json.Serialization;

namespace Slipway.Serving.Contracts;

/// <summary>What the processes of a deployment run in.</summary>
public sealed record EnvironmentSettings
{
    /// <summary>A registered environment, such as "azureml:sklearn:3"; the rest is then read from it.</summary>
    [JsonPropertyName("name"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    /// <summary>The content of a conda file, whose packages the processes have.</summary>
    [JsonPropertyName("conda"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Conda { get; init; }
}
