using System.Text.Json.Nodes;

namespace Slipway.Cli.Verbs;

/// <summary>What a server keeps of endpoints and deployments as Azure ML's files would say it, for edits to change.</summary>
internal static class KeptServing
{
    // Of an endpoint's settings: Azure ML's fields, and what stands among its properties as Slipway's own.
    private static readonly string[] s_ofAzure = ["auth_mode", "description", "tags"];
    private static readonly string[] s_ownSettings = ["affinity_header", "affinity_column", "retention_days"];
    private static readonly string[] s_timeouts = ["request_timeout_ms", "max_queue_wait_ms"];

    public static JsonObject Endpoint(JsonNode endpoint)
    {
        var settings = endpoint["settings"]!.AsObject();
        var kept = Chosen(settings, s_ofAzure);
        kept["traffic"] = endpoint["traffic"]?.DeepClone();
        kept["mirror_traffic"] = endpoint["mirrorTraffic"]?.DeepClone();
        kept["properties"] = new JsonObject(Chosen(settings, s_ownSettings).Select(own => KeyValuePair.Create($"slipway.{own.Key}", (JsonNode?)own.Value!.ToString())));
        return kept;
    }

    public static JsonObject BatchEndpoint(JsonNode endpoint)
    {
        var kept = Chosen(endpoint.AsObject(), ["name", "description", "tags"]);
        if (endpoint["defaults"]?["deploymentName"] is { } chosen)
            kept["defaults"] = new JsonObject { ["deployment_name"] = chosen.DeepClone() };
        return kept;
    }

    /// <summary>Without its model, its code and its packages, which only a file or an edit names.</summary>
    public static JsonObject Deployment(JsonNode deployment)
    {
        var settings = deployment["settings"]!.AsObject();
        var kept = Chosen(settings, ["environment_variables"]);
        (kept["name"], kept["endpoint_name"]) = (deployment["name"]?.DeepClone(), deployment["endpoint"]?.DeepClone());
        if (Chosen(settings, s_timeouts) is { Count: > 0 } timeouts)
            kept["request_settings"] = timeouts;
        if (settings["probe"] is JsonObject probe)
            Probes(probe, kept);
        var properties = new JsonObject { ["slipway.runtime"] = settings["runtime"]?.DeepClone() };
        if (settings["collection"] is JsonObject collection)
        {
            kept["data_collector"] = new JsonObject
            {
                ["sampling_rate"] = collection["sampling_rate"]?.DeepClone(),
                ["collections"] = new JsonObject { ["model_inputs"] = Enabled(collection["inputs"]), ["model_outputs"] = Enabled(collection["outputs"]) },
            };
            properties["slipway.profiles"] = collection["profiles"]?.ToString();
            if (collection["mask"] is { } mask)
                properties["slipway.mask"] = mask.DeepClone();
        }

        // A container comes from the environment, which only a file names.
        if (settings["proxy"] is JsonObject proxy && proxy["container"] is null)
        {
            foreach (var (name, value) in proxy)
                Proxy(name, value, properties);
        }

        kept["properties"] = properties;
        return kept;
    }

    /// <summary>The kept settings, with what differs between those of the definition before its edits and after them.</summary>
    public static JsonObject Merged(JsonNode kept, JsonObject before, JsonObject after)
    {
        var merged = kept.DeepClone().AsObject();
        foreach (var name in before.Concat(after).Select(setting => setting.Key).Distinct().Where(name => !JsonNode.DeepEquals(before[name], after[name])))
        {
            merged.Remove(name);
            if (after[name] is { } value)
                merged[name] = value.DeepClone();
        }

        return merged;
    }

    // How long the start may take is one number, whichever probe had said it.
    private static void Probes(JsonObject probe, JsonObject kept)
    {
        if (probe["start_timeout_s"] is { } start)
            kept["startup_probe"] = new JsonObject { ["initial_delay"] = 0, ["period"] = 1, ["failure_threshold"] = start.DeepClone() };
        if (probe["period_s"] is { } period)
        {
            kept["liveness_probe"] = new JsonObject
            {
                ["initial_delay"] = 0,
                ["period"] = period.DeepClone(),
                ["timeout"] = probe["timeout_s"]?.DeepClone(),
                ["failure_threshold"] = probe["failure_threshold"]?.DeepClone(),
            };
        }
    }

    private static void Proxy(string name, JsonNode? value, JsonObject properties)
    {
        if (name == "headers")
        {
            foreach (var (header, text) in value!.AsObject())
                properties[$"slipway.proxy.header.{header}"] = text?.DeepClone();
            return;
        }

        // A program that a file named is a line for the shell.
        properties[$"slipway.proxy.{name}"] = name == "command" ? value!.AsArray()[^1]!.DeepClone() : value?.DeepClone();
    }

    private static JsonObject Chosen(JsonObject from, string[] fields) =>
        new(fields.Where(field => from[field] is not null).Select(field => KeyValuePair.Create(field, (JsonNode?)from[field]!.DeepClone())));

    private static JsonObject Enabled(JsonNode? kept) => new() { ["enabled"] = kept?.ToString() == "false" ? "false" : "true" };
}
