using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>What edits make of something that a server keeps, of which only some texts and the tags ever change.</summary>
internal static class StoredChanges
{
    private const string Tags = "tags";

    /// <summary>The fields that are named with what they are from now on; null where a text was taken away.</summary>
    /// <param name="kept">With az's names.</param>
    /// <param name="fields">Those that can be changed: texts, and tags.</param>
    public static JsonObject Of(JsonObject kept, IReadOnlyList<DefinitionEdit> edits, string noun, params string[] fields)
    {
        if (edits.Count == 0)
            throw SlipwayException.Invalid($"--set: say what is to change: {string.Join(", ", fields.Select(Example))}; or --remove PATH.");
        var changed = new JsonObject();
        foreach (var edit in edits)
        {
            if (!fields.Contains(edit.Field))
                throw SlipwayException.Invalid($"{edit.Said}: {Why(edit.Field, kept, noun, fields)}");
            if (edit.Field != Tags)
                changed[edit.Field] = Text(edit);
            else
                Tag(edit, (JsonObject)(changed[Tags] ??= kept[Tags]?.DeepClone() ?? new JsonObject()));
        }

        return changed;
    }

    /// <summary>The same with the tags as PATCH takes those that differ: null takes one away.</summary>
    public static JsonObject Differences(JsonObject kept, IReadOnlyList<DefinitionEdit> edits, string noun, params string[] fields)
    {
        var changed = Of(kept, edits, noun, fields);
        if (changed[Tags] is JsonObject now)
        {
            var old = kept[Tags] as JsonObject ?? [];
            changed[Tags] = new JsonObject(now
                .Where(tag => !JsonNode.DeepEquals(old[tag.Key], tag.Value))
                .Select(tag => KeyValuePair.Create(tag.Key, tag.Value?.DeepClone()))
                .Concat(old.Where(tag => !now.ContainsKey(tag.Key)).Select(tag => KeyValuePair.Create(tag.Key, (JsonNode?)null))));
        }

        return changed;
    }

    private static string Why(string field, JsonObject kept, string noun, string[] fields)
    {
        var known = $"what can be changed: {string.Join(", ", fields)}.";
        return kept.ContainsKey(field)
            ? $"'{field}' of a {noun} never changes; {known}"
            : $"'{field}' is not a field of a {noun};{Nearest.Hint(field, fields)} {known}";
    }

    private static string Example(string field) => field == Tags ? "tags.KEY=VALUE" : $"{field}=TEXT";

    private static JsonNode? Text(DefinitionEdit edit) => edit.Kind switch
    {
        EditKind.Set when edit.Text.StartsWith(edit.Field + "=", StringComparison.Ordinal) => edit.Text[(edit.Field.Length + 1)..],
        EditKind.Remove when edit.Text == edit.Field => null,
        _ => throw SlipwayException.Invalid($"{edit.Said}: {edit.Field} is a text; write --set {edit.Field}=TEXT or --remove {edit.Field}."),
    };

    private static void Tag(DefinitionEdit edit, JsonObject tags)
    {
        // A tag's name may have dots; nothing behind the '=' takes the tag away.
        var rest = edit.Text[Tags.Length..];
        switch (edit.Kind, rest.Split('=', 2))
        {
            case (EditKind.Remove, [""]):
                tags.Clear();
                break;
            case (EditKind.Remove, [['.', .. { Length: > 0 } name]]):
                if (!tags.Remove(name))
                    throw SlipwayException.Invalid($"{edit.Said}: there is no tag '{name}'.");
                break;
            case (EditKind.Set, [['.', .. { Length: > 0 } name], ""]):
                tags.Remove(name);
                break;
            case (EditKind.Set, [['.', .. { Length: > 0 } name], var value]):
                tags[name] = value;
                break;
            case (EditKind.Set or EditKind.Add, ["", var mapping]) when Mapping(mapping) is { } given:
                if (edit.Kind == EditKind.Set)
                    tags.Clear();
                foreach (var (name, value) in given)
                    tags[name] = value!.ToString();
                break;
            default:
                throw SlipwayException.Invalid($"{edit.Said}: tags are words by their names; write --set tags.KEY=VALUE, --add tags KEY=VALUE or --remove tags.KEY.");
        }
    }

    private static JsonObject? Mapping(string text)
    {
        try
        {
            return JsonNode.Parse(text) is JsonObject map && map.All(tag => tag.Value is JsonValue) ? map : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
