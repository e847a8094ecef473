using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Kernel;
using Slipway.Registry.Mlflow;

namespace Slipway.Registry.Webhooks;

/// <summary>What a webhook is told, as MLflow tells it.</summary>
internal static class WebhookPayload
{
    private const string PromptText = "mlflow.prompt.text", PromptType = "_mlflow_prompt_type";

    public static string Body(WebhookEvent happened, JsonObject data, DateTimeOffset time, WorkspaceName workspace) => new JsonObject
    {
        ["entity"] = happened.Entity,
        ["action"] = happened.Action,
        ["timestamp"] = time.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffffzzz", CultureInfo.InvariantCulture),
        ["data"] = data,
        ["workspace"] = workspace.Value,
    }.ToJsonString();

    public static JsonObject Created(string name, IReadOnlyDictionary<string, string> tags, string? description) => new()
    {
        ["name"] = name,
        ["tags"] = Tags(tags),
        ["description"] = description,
    };

    public static JsonObject VersionCreated(
        string name, int number, string source, string? runId, IReadOnlyDictionary<string, string> tags, string? description) => new()
        {
            ["name"] = name,
            ["version"] = Text(number),
            ["source"] = source,
            ["run_id"] = runId,
            ["tags"] = Tags(tags),
            ["description"] = description,
        };

    public static JsonObject PromptVersionCreated(
        string name, int number, IReadOnlyDictionary<string, string> tags, string? description) => new()
        {
            ["name"] = name,
            ["version"] = Text(number),
            ["template"] = tags.GetValueOrDefault(PromptText),
            ["tags"] = Tags(tags),
            ["description"] = description,
        };

    /// <param name="number">Null: a tag of the model itself.</param>
    /// <param name="value">Null: it was taken away.</param>
    public static JsonObject Tag(string name, int? number, string key, string? value) => Without(new()
    {
        ["name"] = name,
        ["version"] = number is { } version ? Text(version) : null,
        ["key"] = key,
        ["value"] = value,
    });

    /// <param name="number">Null: it was taken away.</param>
    public static JsonObject Alias(string name, string alias, int? number) => Without(new()
    {
        ["name"] = name,
        ["alias"] = alias,
        ["version"] = number is { } version ? Text(version) : null,
    });

    /// <summary>What a test of a webhook sends.</summary>
    public static JsonObject Example(WebhookEvent happened)
    {
        var prompt = happened.Entity.StartsWith("prompt", StringComparison.Ordinal);
        var name = prompt ? "example_prompt" : "example_model";
        var tags = new Dictionary<string, string> { ["example_key"] = "example_value" };
        var set = happened.Action is "set" or "created";
        return happened.Entity switch
        {
            "registered_model" => Created(name, tags, "An example registered model"),
            "prompt" => Created(name, tags, "An example prompt"),
            "model_version" => VersionCreated(name, 1, "models:/123", "abcd1234abcd5678", tags, "An example model version"),
            "prompt_version" => PromptVersionCreated(
                name, 1, new Dictionary<string, string>(tags) { [PromptText] = "Hello {{name}}!" }, "An example prompt version"),
            "model_version_alias" or "prompt_alias" => Alias(name, "example_alias", set ? 1 : null),
            "prompt_tag" => Tag(name, null, "example_key", set ? "example_value" : null),
            "model_version_tag" or "prompt_version_tag" => Tag(name, 1, "example_key", set ? "example_value" : null),
            _ => new JsonObject { ["budget_policy_id"] = "bp-abc123", ["budget_unit"] = "USD", ["budget_amount"] = 100.0 },
        };
    }

    // The tags that make a model a prompt say nothing to whoever hears of a prompt.
    private static JsonObject Tags(IReadOnlyDictionary<string, string> tags)
    {
        var prompt = tags.ContainsKey(RegistryFields.PromptTag) || tags.ContainsKey(PromptText);
        return new JsonObject(tags
            .Where(tag => !prompt || tag.Key is not (RegistryFields.PromptTag or PromptText or PromptType))
            .Select(tag => KeyValuePair.Create(tag.Key, (JsonNode?)tag.Value)));
    }

    private static JsonObject Without(JsonObject data)
    {
        foreach (var key in data.Where(field => field.Value is null).Select(field => field.Key).ToArray())
            data.Remove(key);
        return data;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
