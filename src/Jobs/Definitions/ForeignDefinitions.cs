using Slipway.Jobs.Definitions.Yaml;

namespace Slipway.Jobs.Definitions;

/// <summary>Files of Azure that Slipway knows and has no use for: they are told apart from files that nobody knows.</summary>
internal static class ForeignDefinitions
{
    /// <summary>What is to be said of such a file; null when it is none.</summary>
    public static string? Tell(YamlMap root)
    {
        if (root.Text("$schema")?.Split('/')[^1].Split('.')[0].ToLowerInvariant() is { } schema)
        {
            return schema switch
            {
                "modelversionpackage" =>
                    "This is a model package, which builds an image of a model; Slipway deploys a model without one: write an online-deployment that names it.",
                "flow" or "run" => "This is a prompt flow, which needs Azure's service for language models; Slipway does not run it.",
                _ => null,
            };
        }

        return root.Text("type")?.ToLowerInvariant() switch
        {
            "finetuning" or "fine_tuning" =>
                "This is a fine-tuning job of Azure's model catalog, whose service Slipway does not have; write a command job that trains the model.",
            "distillation" =>
                "This is a distillation job of Azure's model catalog, whose service Slipway does not have; write a pipeline that makes the data and trains the model.",
            _ when root["model_id"] is not null && root["name"] is not null =>
                "This is a serverless endpoint of Azure's model catalog, whose service Slipway does not have; write an online-endpoint and an online-deployment.",
            _ when root["identity"] is not null && root.Entries.Count == 1 =>
                "This only names an identity, for a change of an Azure workspace; Slipway has no identities of Azure.",
            _ when root["inputs"] is not null && root.Entries.All(entry => entry.Key is "inputs" or "outputs") =>
                "This holds inputs only, no definition; give it to 'slipway batch-endpoint invoke --file'.",
            _ => null,
        };
    }
}
