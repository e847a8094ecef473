using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Slipway.Monitoring.Contracts;

namespace Slipway.Monitoring.Notifications;

/// <summary>An alert as Alertmanager's API v2 takes it (POST /api/v2/alerts: github.com/prometheus/alertmanager, api/v2/openapi.yaml).</summary>
internal sealed partial record AlertmanagerAlert
{
    [JsonPropertyName("labels")]
    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    [JsonPropertyName("annotations")]
    public required IReadOnlyDictionary<string, string> Annotations { get; init; }

    [JsonPropertyName("startsAt")]
    public required DateTimeOffset StartsAt { get; init; }

    [JsonPropertyName("endsAt")]
    public required DateTimeOffset EndsAt { get; init; }

    [JsonPropertyName("generatorURL")]
    public required string GeneratorUrl { get; init; }

    /// <param name="lasts">A reminder comes before: without one the alert ends there, since Slipway does not answer for it any more.</param>
    public static AlertmanagerAlert Of(Message.Item alert, string workspace, DateTimeOffset now, TimeSpan lasts)
    {
        // Prometheus allows fewer names of labels than we do.
        var labels = alert.Labels.Where(label => label.Value.Length > 0).ToDictionary(label => NotInNames().Replace(label.Key, "_"), label => label.Value);
        labels["alertname"] = alert.Rule;
        labels["severity"] = alert.Severity;
        labels["workspace"] = workspace;
        labels.Remove("rule");
        return new AlertmanagerAlert
        {
            Labels = labels,
            Annotations = new Dictionary<string, string> { ["summary"] = alert.Text, ["evidence"] = alert.Evidence, ["slipway_alert"] = alert.Id },
            StartsAt = alert.FiredAt ?? now,
            EndsAt = alert.Status == Alert.Resolved ? alert.ResolvedAt ?? now : now + lasts,
            GeneratorUrl = alert.Link,
        };
    }

    [GeneratedRegex("[^A-Za-z0-9_]")]
    private static partial Regex NotInNames();
}
