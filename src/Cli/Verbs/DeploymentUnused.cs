using System.Text.Json.Nodes;

namespace Slipway.Cli.Verbs;

/// <summary>What a deployment's file says and no server of Slipway's does anything with; told, since a file for Azure ML may say it.</summary>
internal sealed partial class DeploymentFile
{
    private static readonly string[] s_withoutEffect = ["instance_type", "app_insights_enabled", "description", "tags"];
    private static readonly string[] s_unusedOfProbe = ["success_threshold", "path", "port", "scheme", "method"];
    private static readonly string[] s_unusedOfCollector = ["rolling_rate", "request_logging"];
    private static readonly string[] s_unusedOfEnvironment = ["image", "build", "inference_config"];

    /// <param name="settings">What the server recorded.</param>
    public IReadOnlyList<string> WithoutEffect(JsonNode? settings)
    {
        var found = Present(s_withoutEffect.Concat(IsContainer(settings) ? [] : s_ofContainers)).ToList();
        found.AddRange(HasProcess(settings) ? s_probes.SelectMany(probe => Present(s_unusedOfProbe, probe)) : Present(s_probes));
        if (IsContainer(settings))
            found.AddRange(Present(["requests"], "resources"));
        if (definition["instance_count"]?.GetValue<long>() is > 1 and var instances && (IsContainer(settings) || settings?["proxy"]?["command"] is not null))
            found.Add($"instance_count (one server is started, and gets {instances} times as many requests at once)");
        if (definition["scale_settings"]?["type"]?.ToString() is "target_utilization")
            found.Add("scale_settings");
        if (definition["environment"] is { } environment)
            found.AddRange(UnusedOf(environment, settings));
        if (definition["data_collector"] is not null && IsPlain(settings))
        {
            found.Add("data_collector (bodies of a plain route are counted, and not collected)");
        }
        else if (definition["data_collector"] is JsonObject collector)
        {
            found.AddRange(Present(s_unusedOfCollector, "data_collector"));
            found.AddRange((collector["collections"] as JsonObject ?? []).SelectMany(collection => UnusedOf(collection.Key, collection.Value)));
        }

        return found;
    }

    // Of the names of collections those of inputs and answers are known; others are a script's own.
    private static IEnumerable<string> UnusedOf(string collection, JsonNode? value)
    {
        if (collection == "ground_truth")
            yield return "data_collector.collections.ground_truth (labels are sent as feedback, by the ids of predictions)";
        else if (!s_ofInputs.Concat(s_ofOutputs).Contains(collection))
            yield return $"data_collector.collections.{collection} ({string.Join(", ", s_ofInputs.Union(s_ofOutputs))} are kept)";
        else if (value?["data"] is not null)
            yield return $"data_collector.collections.{collection}.data";
    }

    // A container's route says it, where nothing else does.
    private static bool IsPlain(JsonNode? settings) => settings?["proxy"]?["protocol"]?.ToString() is { } protocol
        ? protocol == "plain"
        : settings?["proxy"]?["container"]?["scoring_route"]?["path"]?.ToString() is { } route
            && !route.EndsWith("/infer", StringComparison.Ordinal) && !route.EndsWith("/invocations", StringComparison.Ordinal);

    private IEnumerable<string> Present(IEnumerable<string> fields) => fields.Where(field => definition[field] is not null);

    private IEnumerable<string> Present(IEnumerable<string> fields, string of) => fields.Where(field => definition[of]?[field] is not null).Select(field => $"{of}.{field}");

    // Of an environment the packages are of use, and those to processes of Python's; or its image, where that has a server of its own.
    private IEnumerable<string> UnusedOf(JsonNode environment, JsonNode? settings)
    {
        if (IsContainer(settings))
            return environment is JsonObject ? Present(["conda_file"], "environment") : [];
        if (settings?["environment"] is null)
            return [environment is JsonObject ? "environment" : $"environment ({environment} has no conda_file here)"];
        return environment is JsonObject ? Present(s_unusedOfEnvironment, "environment") : [];
    }
}
