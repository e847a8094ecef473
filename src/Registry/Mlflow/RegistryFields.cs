using System.Collections.Frozen;
using System.Globalization;
using Slipway.Kernel;
using Slipway.Registry.Versions;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Registry.Mlflow;

/// <summary>The fields that the registry's requests have in common, checked by MLflow's rules.</summary>
internal static class RegistryFields
{
    public const string NoStage = "None";
    public const string PromptTag = "mlflow.prompt.is_prompt";
    private const string PromptTextTag = "mlflow.prompt.text";
    private const int LongestTag = 100_000;

    private static readonly FrozenDictionary<string, string> s_stages = new[] { NoStage, "Staging", "Production", "Archived" }
        .ToFrozenDictionary(stage => stage, StringComparer.OrdinalIgnoreCase);

    /// <summary>The name of a model that is to be made.</summary>
    public static string NewName(MlflowFields fields, string field)
    {
        var name = fields.Required(field);
        if (string.IsNullOrWhiteSpace(name) || name is "." or "..")
            throw SlipwayException.Invalid($"Registered model name cannot be blank or a path; '{name}' is.");
        ModelRegistry.CheckName("A registered model's name", name);
        return name;
    }

    public static int Version(MlflowFields fields)
    {
        var text = fields.Required("version");
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw SlipwayException.Invalid($"Parameter 'version' must be an integer, got '{text}'.");
    }

    public static string TagKey(MlflowFields fields)
    {
        var key = fields.Required("key");
        MlflowNames.DemandKey("tag", fields.NameOf("key"), key);
        return key;
    }

    public static string TagValue(MlflowFields fields)
    {
        var value = fields.Text("value") ?? "";
        return fields.Text("key") == PromptTextTag && value.Length > LongestTag
            ? throw SlipwayException.Invalid($"Prompt text exceeds max length of {LongestTag} characters; it has {value.Length}.")
            : MlflowNames.Limited(fields.NameOf("value"), value, LongestTag);
    }

    /// <summary>The last one of a key counts.</summary>
    public static Dictionary<string, string> Tags(MlflowFields fields)
    {
        var tags = new Dictionary<string, string>();
        foreach (var tag in fields.Objects("tags"))
            tags[TagKey(tag)] = TagValue(tag);
        return tags;
    }

    public static string Stage(string text) => s_stages.TryGetValue(text, out var stage)
        ? stage
        : throw SlipwayException.Invalid(
            $"Invalid Model Version stage: {text}. Value must be one of {string.Join(", ", s_stages.Keys.Order(StringComparer.Ordinal))}.");
}
