using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Execution;
using Slipway.Jobs.Planning;

namespace Slipway.Jobs.Caching;

/// <summary>
/// What a step's result depends on: named parts, so that a difference can be told, and their digest. Compute, limits
/// and names of jobs are no part of it.
/// </summary>
internal sealed record CacheKey(string Key, string Parts)
{
    private static readonly JsonWriterOptions s_plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly string[] s_ignored = ["retry_settings", "queue_settings", "services"];

    /// <summary>Null when the step's result may not be taken over.</summary>
    /// <param name="image">The digest of the image that it runs in; null: none.</param>
    public static CacheKey? Of(PlannedStep step, IStepKind kind, IReadOnlyList<ResolvedInput> inputs, string? image = null)
    {
        if (!step.IsDeterministic || !kind.IsDeterministic)
            return null;

        var parts = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["kind"] = $"{kind.Name} revision {kind.Revision}",
        };
        foreach (var (name, value) in WithoutPaths(step).Where(pair => !s_ignored.Contains(pair.Key)))
            parts[name] = Canonical(value);
        foreach (var (field, file) in step.Files)
            parts[field] = file.Tree.ToString();
        if (image is not null)
            parts["environment.image digest"] = image;
        foreach (var (name, value) in step.EnvironmentVariables)
            parts[$"environment_variables.{name}"] = value;
        foreach (var input in inputs)
            parts[$"inputs.{input.Name}"] = Describe(input);
        foreach (var output in step.Outputs)
            parts[$"outputs.{output.Name}"] = $"{output.Type} {output.AssetName} {output.AssetVersion}".TrimEnd();

        var json = JsonSerializer.SerializeToUtf8Bytes(parts, JobsJson.Default.SortedDictionaryStringString);
        return new CacheKey(Convert.ToHexStringLower(SHA256.HashData(json)), System.Text.Encoding.UTF8.GetString(json));
    }

    private static string Describe(ResolvedInput input) => input switch
    {
        { Literal: { } text } => text,
        { Tree: { } tree } => $"{input.Type} {tree}",
        { Node: { } node } => node,
        _ => "not given",
    };

    // The text of a local path says nothing: its content does.
    private static JsonObject WithoutPaths(PlannedStep step)
    {
        if (step.Files.Count == 0)
            return step.Settings;

        var settings = (JsonObject)step.Settings.DeepClone();
        foreach (var path in step.Files.Keys.Select(field => field.Split('.')))
        {
            JsonNode? owner = settings;
            foreach (var part in path[..^1])
                owner = owner?[part];
            (owner as JsonObject)?.Remove(path[^1]);
        }

        return settings;
    }

    /// <summary>The value with the properties of its objects in order, so that the order of the YAML does not matter.</summary>
    private static string Canonical(JsonNode? value)
    {
        if (value is JsonValue scalar && scalar.TryGetValue<string>(out var text))
            return text;

        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, s_plain))
            Write(writer, value);
        return System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static void Write(Utf8JsonWriter writer, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject map:
                writer.WriteStartObject();
                foreach (var (name, value) in map.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(name);
                    Write(writer, value);
                }

                writer.WriteEndObject();
                break;
            case JsonArray list:
                writer.WriteStartArray();
                foreach (var item in list)
                    Write(writer, item);
                writer.WriteEndArray();
                break;
            case null:
                writer.WriteNullValue();
                break;
            default:
                node.WriteTo(writer);
                break;
        }
    }
}
