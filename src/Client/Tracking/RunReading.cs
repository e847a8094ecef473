using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Slipway.Client;

/// <summary>From MLflow's JSON to the client's records.</summary>
internal static class RunReading
{
    public static RunInfo Run(JsonNode run)
    {
        var info = run["info"]!;
        var data = run["data"];
        return new RunInfo(
            (string)info["run_id"]!,
            (string)info["experiment_id"]!,
            (string?)info["run_name"] ?? "",
            Enum.Parse<RunStatus>((string)info["status"]!, ignoreCase: true),
            Time(info["start_time"]) ?? DateTimeOffset.UnixEpoch,
            Time(info["end_time"]),
            (string?)info["artifact_uri"] ?? "",
            (string?)info["lifecycle_stage"] == "deleted",
            (data?["metrics"] as JsonArray ?? []).ToDictionary(metric => (string)metric!["key"]!, metric => Number(metric!["value"])),
            Map(data?["params"]),
            Map(data?["tags"]));
    }

    public static Experiment Experiment(JsonNode experiment) => new(
        (string)experiment["experiment_id"]!,
        (string)experiment["name"]!,
        (string?)experiment["lifecycle_stage"] == "deleted",
        Map(experiment["tags"]));

    public static MetricValue Point(JsonNode point) => new(
        (string)point["key"]!, Number(point["value"]), (long?)point["step"] ?? 0, Time(point["timestamp"]) ?? DateTimeOffset.UnixEpoch);

    public static JsonArray Texts(IEnumerable<string> texts) => [.. texts.Select(text => (JsonNode)text)];

    private static double Number(JsonNode? value) => value is null ? 0
        : value.GetValueKind() == JsonValueKind.String
            ? double.Parse((string)value!, CultureInfo.InvariantCulture)
            : (double)value;

    private static DateTimeOffset? Time(JsonNode? value) =>
        value is null ? null : DateTimeOffset.FromUnixTimeMilliseconds((long)value);

    private static Dictionary<string, string> Map(JsonNode? pairs) => (pairs as JsonArray ?? [])
        .ToDictionary(pair => (string)pair!["key"]!, pair => (string?)pair!["value"] ?? "");
}
