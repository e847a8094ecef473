using System.Text.Json.Nodes;

namespace Slipway.Cli.Verbs;

/// <summary>What a batch deployment says and nothing here does anything with; told, since a file for Azure ML may say it.</summary>
internal static class BatchUnused
{
    // Of a model that is scored on the server, without a script of its own.
    private static readonly string[] s_unusedOfTables = ["compute", "environment", "environment_variables"];
    private static readonly string[] s_settingsOfScripts = ["logging_level", "environment_variables"];

    /// <param name="definition">As the server keeps it.</param>
    public static IReadOnlyList<string> Of(JsonNode definition)
    {
        if (definition["type"]?.ToString() == "pipeline")
            return [];
        List<string> found = definition["code_configuration"] is null
            ? [.. Present(definition, "", s_unusedOfTables), .. Present(definition["settings"], "settings.", s_settingsOfScripts)]
            : [];
        found.AddRange((definition["resources"] as JsonObject ?? []).Where(resource => resource.Key != "instance_count").Select(resource => $"resources.{resource.Key}"));
        return found;
    }

    private static IEnumerable<string> Present(JsonNode? of, string prefix, string[] fields) => fields.Where(field => of?[field] is not null).Select(field => prefix + field);
}
