using System.Collections.Frozen;
using System.Text;
using System.Text.Json.Nodes;

namespace Slipway.Cli.Output;

/// <summary>The server's camelCase fields as Azure ML spells them (scoring_uri), so that the queries of scripts find them.</summary>
internal static class AzureNames
{
    // The keys in these are the user's own.
    private static readonly FrozenSet<string> s_free = FrozenSet.Create(
        "tags", "properties", "parameters", "metrics", "params", "inputs", "outputs", "traffic", "environment_variables", "jobs", "definition", "services");

    public static JsonNode? Of(JsonNode? node) => node switch
    {
        JsonObject fields => new JsonObject(fields.Select(field =>
            Of(field.Key) is var name && s_free.Contains(name)
                ? KeyValuePair.Create(name, field.Value?.DeepClone())
                : KeyValuePair.Create(name, Of(field.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Of)]),
        _ => node?.DeepClone(),
    };

    public static string Of(string name)
    {
        var spelt = new StringBuilder(name.Length + 4);
        foreach (var letter in name)
        {
            if (char.IsAsciiLetterUpper(letter) && spelt.Length > 0 && char.IsAsciiLetterOrDigit(spelt[^1]))
                spelt.Append('_');
            spelt.Append(char.ToLowerInvariant(letter));
        }

        return spelt.ToString();
    }
}
