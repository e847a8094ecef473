using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Slipway.Jobs.Execution;
using Slipway.Kernel;

namespace Slipway.Jobs.Assets;

/// <summary>A component or environment on the wire.</summary>
/// <param name="Definition">In Azure ML's field names.</param>
internal sealed record AssetWire(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("version")] string Version,
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("digest")] string Digest,
    [property: JsonPropertyName("description")] string? Description,
    [property: JsonPropertyName("tags")] IReadOnlyDictionary<string, string> Tags,
    [property: JsonPropertyName("archived")] bool Archived,
    [property: JsonPropertyName("createdAt")] DateTimeOffset CreatedAt,
    [property: JsonPropertyName("createdBy")] string CreatedBy,
    [property: JsonPropertyName("files")] IReadOnlyDictionary<string, string> Files,
    [property: JsonPropertyName("definition")] JsonObject Definition)
{
    public static AssetWire Of(RegisteredAsset asset) => new(
        asset.Name, asset.Version, $"azureml:{asset.Name}:{asset.Version}", asset.Digest, asset.Description, JobsJson.ReadMap(asset.Tags),
        asset.Archived, asset.CreatedAt.ToTime(), asset.CreatedBy, JobsJson.ReadMap(asset.Files), asset.ReadDefinition());
}
