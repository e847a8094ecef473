using System.Text.Json.Serialization;
using Slipway.Monitoring.Alerts;
using Slipway.Monitoring.Contracts;

namespace Slipway.Monitoring.Notifications;

/// <summary>What a receiver is told; the body of a webhook.</summary>
internal sealed record Message
{
    private const int MostAlerts = 100;
    private const int LongestText = 2000;
    private const int LongestLabel = 300;
    private const int MostLabels = 30;

    [JsonPropertyName("version")]
    public int Version => 1;

    [JsonPropertyName("workspace")]
    public required string Workspace { get; init; }

    [JsonPropertyName("receiver")]
    public required string Receiver { get; init; }

    /// <summary>"firing" while one of the alerts does, else "resolved".</summary>
    [JsonPropertyName("status")]
    public required string Status { get; init; }

    [JsonPropertyName("group_labels")]
    public required IReadOnlyDictionary<string, string> GroupLabels { get; init; }

    [JsonPropertyName("alerts")]
    public required IReadOnlyList<Item> Alerts { get; init; }

    /// <summary>So many alerts more than are listed.</summary>
    [JsonPropertyName("left_out")]
    public int LeftOut { get; init; }

    /// <param name="address">Of the server as people reach it; "" when nobody said: links are then paths.</param>
    public static Message Of(
        string workspace, string receiver, IReadOnlyDictionary<string, string> labels, IReadOnlyList<Alert> firing, IReadOnlyList<Alert> resolved, string address) => new()
        {
            Workspace = workspace,
            Receiver = receiver,
            Status = firing.Count > 0 ? Alert.Firing : Alert.Resolved,
            GroupLabels = labels,
            Alerts = [.. firing.Concat(resolved).Take(MostAlerts).Select(alert => Item.Of(alert, address))],
            LeftOut = Math.Max(0, firing.Count + resolved.Count - MostAlerts),
        };

    internal sealed record Item
    {
        [JsonPropertyName("id")]
        public required string Id { get; init; }

        [JsonPropertyName("rule")]
        public required string Rule { get; init; }

        [JsonPropertyName("status")]
        public required string Status { get; init; }

        [JsonPropertyName("severity")]
        public required string Severity { get; init; }

        [JsonPropertyName("labels")]
        public required IReadOnlyDictionary<string, string> Labels { get; init; }

        [JsonPropertyName("message")]
        public required string Text { get; init; }

        /// <summary>The beginning of the first window of event time in which it was seen.</summary>
        [JsonPropertyName("since")]
        public required DateTimeOffset Since { get; init; }

        [JsonPropertyName("fired_at")]
        public DateTimeOffset? FiredAt { get; init; }

        [JsonPropertyName("resolved_at")]
        public DateTimeOffset? ResolvedAt { get; init; }

        [JsonPropertyName("evidence")]
        public required string Evidence { get; init; }

        [JsonPropertyName("link")]
        public required string Link { get; init; }

        [JsonPropertyName("incident")]
        public string? Incident { get; init; }

        public static Item Of(Alert alert, string address) => new()
        {
            Id = alert.Id,
            Rule = alert.Rule,
            Status = alert.Status,
            Severity = alert.Severity,
            Labels = alert.Labels.Take(MostLabels).ToDictionary(label => label.Key, label => Cut(label.Value, LongestLabel)),
            Text = Cut(alert.Message, LongestText),
            Since = alert.Since,
            FiredAt = alert.FiredAt,
            ResolvedAt = alert.ResolvedAt,
            Evidence = alert.Evidence,
            Link = address + EvidencePage.Of(alert),
            Incident = alert.Incident is { } incident ? $"{address}/incidents/{incident}" : null,
        };

        // What is sent has a limit, beyond which nothing would be told at all.
        private static string Cut(string text, int longest) => text.Length <= longest ? text : text[..(longest - 1)] + "…";
    }
}
