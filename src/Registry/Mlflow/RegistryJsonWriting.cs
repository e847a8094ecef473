using System.Globalization;
using System.Text.Json;
using Slipway.Registry.Contracts;

namespace Slipway.Registry.Mlflow;

/// <summary>Models and versions in MLflow's JSON.</summary>
internal static class RegistryJsonWriting
{
    public static void WriteModel(this Utf8JsonWriter json, RegisteredModel model)
    {
        json.WriteStartObject();
        json.WriteString("name", model.Name);
        json.WriteNumber("creation_timestamp", model.CreatedAt);
        json.WriteNumber("last_updated_timestamp", model.UpdatedAt);
        WriteOptional(json, "description", model.Description);
        json.WriteVersions("latest_versions", model.Latest);
        WriteTags(json, model.Tags);
        if (model.Aliases.Count > 0)
        {
            json.WriteStartArray("aliases");
            foreach (var (alias, number) in model.Aliases)
            {
                json.WriteStartObject();
                json.WriteString("alias", alias);
                json.WriteString("version", Text(number));
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    /// <summary>An empty list is left out.</summary>
    public static void WriteVersions(this Utf8JsonWriter json, string name, IReadOnlyCollection<ModelVersion> versions)
    {
        if (versions.Count == 0)
            return;
        json.WriteStartArray(name);
        foreach (var version in versions)
            json.WriteVersion(version);
        json.WriteEndArray();
    }

    public static void WriteVersion(this Utf8JsonWriter json, ModelVersion version)
    {
        json.WriteStartObject();
        json.WriteString("name", version.Model);
        json.WriteString("version", Text(version.Number));
        json.WriteNumber("creation_timestamp", version.CreatedAt.ToUnixTimeMilliseconds());
        json.WriteNumber("last_updated_timestamp", version.UpdatedAt.ToUnixTimeMilliseconds());
        json.WriteString("user_id", version.CreatedBy);
        json.WriteString("current_stage", version.Stage);
        WriteOptional(json, "description", version.Description);
        json.WriteString("source", version.Source);
        WriteOptional(json, "run_id", version.RunId);
        json.WriteString("status", "READY");
        WriteTags(json, version.Tags);
        WriteOptional(json, "run_link", version.RunLink);
        WriteOptional(json, "model_id", version.LoggedModelId);
        if (version.Aliases.Count > 0)
        {
            json.WriteStartArray("aliases");
            foreach (var alias in version.Aliases)
                json.WriteStringValue(alias);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteTags(Utf8JsonWriter json, IReadOnlyDictionary<string, string> tags)
    {
        if (tags.Count == 0)
            return;
        json.WriteStartArray("tags");
        foreach (var (key, value) in tags.OrderBy(tag => tag.Key, StringComparer.Ordinal))
        {
            json.WriteStartObject();
            json.WriteString("key", key);
            json.WriteString("value", value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteOptional(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
            json.WriteString(name, value);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
