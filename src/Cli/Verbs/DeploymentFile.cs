using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Cli.Snapshots;
using Slipway.Client;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>How a deployment's YAML says that its model runs, in the words of the server's settings.</summary>
internal sealed partial class DeploymentFile(JsonObject definition, string folder)
{
    private static readonly string[] s_ofInputs = ["model_inputs", "model_inputs_outputs", "request"];
    private static readonly string[] s_ofOutputs = ["model_outputs", "model_inputs_outputs", "response"];

    public async Task<JsonObject> SettingsAsync(SlipwayClient client, CancellationToken ct)
    {
        var settings = new JsonObject();
        var variables = definition["environment_variables"] as JsonObject;
        var instances = Math.Max(1, definition["instance_count"]?.GetValue<long>() ?? 1);
        if (definition["request_settings"] is JsonObject request)
        {
            Copy(request, "request_timeout_ms", settings, "request_timeout_ms", 1);
            Copy(request, "max_queue_wait_ms", settings, "max_queue_wait_ms", 1);
            Copy(request, "max_concurrent_requests_per_instance", settings, "concurrency", instances);
        }

        if (definition["properties"]?["slipway.runtime"] is { } runtime)
            settings["runtime"] = runtime.ToString();
        if (definition["code_configuration"] is JsonObject code)
            await CodeAsync(client, code, settings, ct);
        if (variables is not null)
            settings["environment_variables"] = variables.DeepClone();
        if (settings["concurrency"] is null && long.TryParse(variables?["WORKER_COUNT"]?.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var workers))
            settings["concurrency"] = workers * instances;
        if (settings["concurrency"] is null && instances > 1)
            settings["concurrency"] = instances;
        if (Collection() is { } collection)
            settings["collection"] = collection;
        if (await ProxyAsync(client, ct) is { } proxy)
            (settings["runtime"], settings["proxy"]) = ("proxy", proxy);
        if (settings["runtime"]?.ToString() == "python")
            settings["environment"] = Environment();
        if (settings["proxy"] is not null && !IsContainer(settings))
            settings.Remove("scoring_script");
        if (HasProcess(settings) && Probe(settings) is { } probe)
            settings["probe"] = probe;
        return settings;
    }

    /// <summary>A registered environment by its name, or the packages of a conda file; null: neither.</summary>
    private JsonObject? Environment()
    {
        switch (definition["environment"])
        {
            case JsonObject { } given when given["conda_file"] is JsonObject content:
                return new JsonObject { ["conda"] = content.ToJsonString() };
            case JsonObject { } given when given["conda_file"]?.ToString() is { } path:
                var local = Path.Combine(folder, path);
                return File.Exists(local)
                    ? new JsonObject { ["conda"] = File.ReadAllText(local) }
                    : throw SlipwayException.Invalid($"environment.conda_file: there is no file '{path}' here.");
            case JsonValue reference when !reference.ToString().StartsWith("azureml://registries/", StringComparison.Ordinal):
                return new JsonObject { ["name"] = reference.ToString() };
            default:
                return null;
        }
    }

    private async Task CodeAsync(SlipwayClient client, JsonObject code, JsonObject settings, CancellationToken ct)
    {
        var path = code["code"]!.ToString();
        var local = Path.GetFullPath(Path.Combine(folder, path));
        if (!Directory.Exists(local))
            throw SlipwayException.Invalid($"code_configuration.code: there is no folder '{path}' here.");
        var script = code["scoring_script"]!.ToString();
        if (!File.Exists(Path.Combine(local, script)))
            throw SlipwayException.Invalid($"code_configuration.scoring_script: there is no '{script}' in '{path}'.");
        settings["runtime"] = "python";
        settings["code"] = (await client.Content.UploadAsync(local, LocalSnapshot.Files(local), ct)).Digest;
        settings["scoring_script"] = script;
    }

    /// <summary>What is kept of requests: Azure ML's data_collector, and which columns are masked.</summary>
    private JsonObject? Collection()
    {
        var own = OwnRules();
        if (definition["data_collector"] is not JsonObject collector)
            return own.Count == 0 ? null : own;
        var enabled = (collector["collections"] as JsonObject ?? [])
            .Where(collection => collection.Value?["enabled"]?.ToString().Equals("false", StringComparison.OrdinalIgnoreCase) != true)
            .ToList();
        var settings = new JsonObject
        {
            ["inputs"] = enabled.Any(collection => s_ofInputs.Contains(collection.Key)),
            ["outputs"] = enabled.Any(collection => s_ofOutputs.Contains(collection.Key)),
            ["sampling_rate"] = Rate(collector, enabled),
        };
        foreach (var (name, value) in own)
            settings[name] = value?.DeepClone();
        return settings;
    }

    // What Azure ML has no field for.
    private JsonObject OwnRules()
    {
        var rules = new JsonObject();
        if (definition["properties"]?["slipway.mask"] is { } mask)
            rules["mask"] = mask.ToString();
        if (definition["properties"]?["slipway.profiles"] is { } profiles)
        {
            rules["profiles"] = bool.TryParse(profiles.ToString(), out var wanted)
                ? wanted
                : throw SlipwayException.Invalid($"properties: slipway.profiles is '{profiles}'; it is true or false.");
        }

        return rules;
    }

    // A row is kept whole: inputs without the outputs that answered them are of no use to a monitor.
    private static double Rate(JsonObject collector, List<KeyValuePair<string, JsonNode?>> enabled)
    {
        var common = collector["sampling_rate"];
        var rates = enabled.Select(collection => collection.Value?["sampling_rate"] ?? common).OfType<JsonNode>()
            .Select(rate => double.Parse(rate.ToString(), CultureInfo.InvariantCulture)).Distinct().ToList();
        return rates.Count switch
        {
            0 => 1,
            1 => rates[0],
            _ => throw SlipwayException.Invalid(
                $"data_collector: the collections have different sampling rates ({string.Join(", ", rates)}); inputs and outputs of a request are kept together. Give them one."),
        };
    }

    private static void Copy(JsonObject from, string field, JsonObject to, string name, long times)
    {
        if (from[field] is { } value)
            to[name] = value.GetValue<long>() * times;
    }
}
