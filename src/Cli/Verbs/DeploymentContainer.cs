using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Slipway.Cli.Snapshots;
using Slipway.Client;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>Azure ML's custom containers: an environment whose image has a server of its own, with routes for it.</summary>
internal sealed partial class DeploymentFile
{
    private static readonly string[] s_ofContainers = ["model_mount_path", "egress_public_network_access", "resources"];
    private static readonly string[] s_routes = ["scoring_route", "readiness_route", "liveness_route"];

    private static bool IsContainer(JsonNode? settings) => settings?["proxy"]?["container"] is not null;

    /// <summary>The container that the environment describes; null: it describes none.</summary>
    private async Task<JsonObject?> ContainerAsync(SlipwayClient client, CancellationToken ct)
    {
        var (environment, files) = definition["environment"] is JsonObject inline ? (inline, null) : await RegisteredAsync(client, ct);
        if (environment?["inference_config"] is not JsonObject routes)
            return null;
        var container = new JsonObject
        {
            ["model_mount_path"] = definition["model_mount_path"]?.DeepClone(),
            ["network"] = definition["egress_public_network_access"]?.ToString() == "enabled" ? "bridge" : null,
        };
        if (environment["image"] is { } image)
            container["image"] = image.DeepClone();
        if (environment["build"] is JsonObject build)
        {
            var path = build["path"]!.ToString();
            container["build"] = files is null ? await UploadAsync(client, path, ct) : files[Path.GetRelativePath(".", path)]?.DeepClone();
            container["dockerfile"] = build["dockerfile_path"]?.DeepClone();
        }

        foreach (var route in s_routes)
            container[route] = routes[route]?.DeepClone();
        if (definition["resources"]?["limits"] is JsonObject limits)
        {
            container["cpus"] = limits["cpu"] is { } cpu ? Processors(cpu.ToString()) : null;
            container["memory_mb"] = limits["memory"] is { } memory ? Megabytes(memory.ToString()) : null;
        }

        return container;
    }

    private async Task<(JsonObject? Environment, JsonObject? Files)> RegisteredAsync(SlipwayClient client, CancellationToken ct)
    {
        if (EnvironmentName().Match(definition["environment"]?.ToString() ?? "") is not { Success: true } name)
            return (null, null);
        try
        {
            var version = name.Groups["version"] is { Success: true } given ? given.Value : "latest";
            var found = await client.GetAsync($"api/v1/environments/{name.Groups["name"].Value}/versions/{version}", ct);
            return (found["definition"] as JsonObject, found["files"] as JsonObject);
        }
        catch (SlipwayApiException missing) when (missing.Status == HttpStatusCode.NotFound)
        {
            // Files name environments of the cloud that they were written for.
            return (null, null);
        }
    }

    private async Task<string> UploadAsync(SlipwayClient client, string path, CancellationToken ct)
    {
        var local = Path.GetFullPath(Path.Combine(folder, path));
        return Directory.Exists(local)
            ? (await client.Content.UploadAsync(local, LocalSnapshot.Files(local), ct)).Digest
            : throw SlipwayException.Invalid($"environment.build.path: there is no folder '{path}' here.");
    }

    // 500m, 0.5, 2
    private static double Processors(string text) =>
        double.TryParse(text.EndsWith('m') ? text[..^1] : text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count) && count > 0
            ? text.EndsWith('m') ? count / 1000 : count
            : throw SlipwayException.Invalid($"resources.limits.cpu is '{text}'; write a number of processors, such as 2, 0.5 or 500m.");

    // 512Mi, 1Gi, 1G, 1073741824
    private static long Megabytes(string text)
    {
        var match = MemoryText().Match(text);
        if (!match.Success)
            throw SlipwayException.Invalid($"resources.limits.memory is '{text}'; write a size such as 512Mi or 2Gi.");
        var unit = match.Groups["unit"].Value;
        var power = unit.Length == 0 ? 0 : "kMGT".IndexOf(unit[0], StringComparison.OrdinalIgnoreCase) + 1;
        return (long)(double.Parse(match.Groups["number"].ValueSpan, CultureInfo.InvariantCulture) * Math.Pow(unit.EndsWith('i') ? 1024 : 1000, power) / (1024 * 1024));
    }

    [GeneratedRegex(@"\Aazureml:(?<name>[^:@/]+)(:(?<version>[^:@/]+)|@latest)?\z")]
    private static partial Regex EnvironmentName();

    [GeneratedRegex(@"\A(?<number>[0-9]{1,12}(\.[0-9]{1,3})?)(?<unit>([kKMGT]i?)?)\z")]
    private static partial Regex MemoryText();
}
