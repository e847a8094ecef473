using System.Collections.Frozen;
using Slipway.Kernel;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Registry.Webhooks;

/// <summary>Something that a webhook can be told of: "model_version.created".</summary>
internal sealed record WebhookEvent(string Entity, string Action)
{
    private static readonly string[] s_entities =
    [
        "registered_model", "model_version", "model_version_tag", "model_version_alias", "prompt", "prompt_version", "prompt_tag",
        "prompt_version_tag", "prompt_alias", "budget_policy",
    ];

    private static readonly string[] s_actions = ["created", "updated", "deleted", "set", "exceeded"];

    private static readonly FrozenDictionary<string, string[]> s_valid = new Dictionary<string, string[]>
    {
        ["registered_model"] = ["created"],
        ["model_version"] = ["created"],
        ["model_version_tag"] = ["deleted", "set"],
        ["model_version_alias"] = ["created", "deleted"],
        ["prompt"] = ["created"],
        ["prompt_version"] = ["created"],
        ["prompt_tag"] = ["deleted", "set"],
        ["prompt_version_tag"] = ["deleted", "set"],
        ["prompt_alias"] = ["created", "deleted"],
        ["budget_policy"] = ["exceeded"],
    }.ToFrozenDictionary();

    // The numbers of MLflow's enums are the places in these lists, from 1.
    private static readonly FrozenDictionary<string, int> s_entityNumbers = Numbers(s_entities);
    private static readonly FrozenDictionary<string, int> s_actionNumbers = Numbers(s_actions);

    public string Name => $"{Entity}.{Action}";

    public static WebhookEvent Of(string name) => new(name[..name.IndexOf('.')], name[(name.IndexOf('.') + 1)..]);

    public static WebhookEvent Parse(MlflowFields fields)
    {
        var entity = s_entities[(fields.Enum("entity", s_entityNumbers) ?? throw MlflowFields.Missing(fields.NameOf("entity"))) - 1];
        var action = s_actions[(fields.Enum("action", s_actionNumbers) ?? throw MlflowFields.Missing(fields.NameOf("action"))) - 1];
        return s_valid[entity].Contains(action) ? new WebhookEvent(entity, action) : throw SlipwayException.Invalid(
            $"Invalid action '{action}' for entity '{entity}'. Valid actions are: {string.Join(", ", s_valid[entity])}.");
    }

    private static FrozenDictionary<string, int> Numbers(string[] names) =>
        names.Index().ToFrozenDictionary(item => item.Item.ToUpperInvariant(), item => item.Index + 1);
}
