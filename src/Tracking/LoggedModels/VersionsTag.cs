using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.LoggedModels;

/// <summary>
/// The tag of a logged model that lists the registered versions made of it. The server adds a version when it is registered;
/// MLflow's client adds the same one afterwards, to what it reads: each is kept once.
/// </summary>
internal static class VersionsTag
{
    public const string Key = "mlflow.modelVersions";

    public static string Append(string? list, string model, int version)
    {
        var added = $$"""{"name": {{JsonValue.Create(model).ToJsonString()}}, "version": {{version}}}""";
        return Write([.. Items(list) ?? [], JsonElement.Parse(added)]);
    }

    /// <summary>The tags as a client gave them, but that this one names no version twice.</summary>
    public static IReadOnlyList<KeyValue> Once(IReadOnlyList<KeyValue> tags) =>
        [.. tags.Select(tag => tag.Key == Key && Items(tag.Value) is { } items ? tag with { Value = Write(items) } : tag)];

    // With the spaces of MLflow's own writing: there are clients that compare the text.
    private static string Write(IEnumerable<JsonElement> items) =>
        "[" + string.Join(", ", items.DistinctBy(Identity).Select(item => item.GetRawText())) + "]";

    // A number is written as a number and as a text.
    private static string Identity(JsonElement item) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty("name", out var name) && item.TryGetProperty("version", out var version)
            ? $"{version}/{name}"
            : item.GetRawText();

    // Null: somebody wrote another text into the tag.
    private static IEnumerable<JsonElement>? Items(string? list)
    {
        try
        {
            var json = JsonElement.Parse(list ?? "[]");
            return json.ValueKind == JsonValueKind.Array ? [.. json.EnumerateArray()] : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
