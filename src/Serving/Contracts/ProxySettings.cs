using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Slipway.Serving.Contracts;

/// <summary>A model server that answers in a deployment's stead: one that is there, or one that the deployment starts.</summary>
public sealed partial record ProxySettings
{
    /// <summary>Where it answers; the protocol's paths are below. Of a server that is started, 127.0.0.1 and the port are added: "/prefix", or null.</summary>
    [JsonPropertyName("url"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Url { get; init; }

    /// <summary>
    /// "oip": the Open Inference Protocol v2 over REST; "grpc": the same over gRPC; "mlflow": /invocations; "plain": bodies as they come, to the address itself.
    /// Null: what a container's scoring route looks like, else "oip".
    /// </summary>
    [JsonPropertyName("protocol"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Protocol { get; init; }

    /// <summary>Of "oip" and "grpc": the model's name there; null: as here.</summary>
    [JsonPropertyName("model"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Model { get; init; }

    /// <summary>Of "oip" and "grpc": the model's version there; null: the server chooses.</summary>
    [JsonPropertyName("model_version"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ModelVersion { get; init; }

    /// <summary>The path that answers 200 when it is ready; null: the protocol's.</summary>
    [JsonPropertyName("health"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Health { get; init; }

    /// <summary>Headers of every request; ${{secrets.NAME}} is a secret of the vault.</summary>
    [JsonPropertyName("headers"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public WorkerVariables? Headers { get; init; }

    /// <summary>The program and arguments of a server that is started here and kept running; ${port}, ${model} and ${code} are its port and folders.</summary>
    [JsonPropertyName("command"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CommandLine? Command { get; init; }

    /// <summary>An image that has a server of its own, which is started here and kept running.</summary>
    [JsonPropertyName("container"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ContainerSettings? Container { get; init; }

    /// <summary>The secrets that the headers name.</summary>
    [JsonIgnore]
    public IEnumerable<string> Secrets => Headers?.Values.SelectMany(value => SecretPattern().Matches(value)).Select(match => match.Groups[1].Value).Distinct() ?? [];

    /// <summary>A reference to a secret.</summary>
    [GeneratedRegex(@"\$\{\{\s*secrets\.([A-Za-z0-9_.-]+)\s*\}\}")]
    public static partial Regex SecretPattern();
}

/// <summary>A program and its arguments; two are equal when they say the same.</summary>
public sealed class CommandLine : List<string>, IEquatable<CommandLine>
{
    public bool Equals(CommandLine? other) => other is not null && this.SequenceEqual(other);

    public override bool Equals(object? obj) => Equals(obj as CommandLine);

    public override int GetHashCode() => this.Aggregate(Count, HashCode.Combine);
}
