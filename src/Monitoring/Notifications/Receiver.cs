using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Monitoring.Notifications;

// What is optional is settable: generated JSON code gives init-only properties beside required ones no default.
/// <summary>Who is told of which alerts, how, and how often.</summary>
internal sealed record Receiver
{
    [JsonPropertyName("name")]
    public required string Name { get; init; }

    [JsonPropertyName("description")]
    public string? Description { get; set; }

    /// <summary>Null: only what names it (a rule's notify, another receiver's escalate).</summary>
    [JsonPropertyName("match")]
    public IReadOnlyList<string>? Match { get; set; }

    [JsonPropertyName("email")]
    public EmailChannel? Email { get; set; }

    [JsonPropertyName("webhook")]
    public WebhookChannel? Webhook { get; set; }

    [JsonPropertyName("alertmanager")]
    public AlertmanagerChannel? Alertmanager { get; set; }

    [JsonPropertyName("group_by")]
    public IReadOnlyList<string> GroupBy { get; set; } = ["rule"];

    [JsonPropertyName("group_wait")]
    public string GroupWaitText { get; set; } = "30s";

    [JsonPropertyName("group_interval")]
    public string GroupIntervalText { get; set; } = "5m";

    [JsonPropertyName("repeat_interval")]
    public string RepeatIntervalText { get; set; } = "4h";

    [JsonPropertyName("send_resolved")]
    public bool SendsResolved { get; set; } = true;

    [JsonPropertyName("escalate")]
    public Escalation? Escalate { get; set; }

    [JsonIgnore]
    public TimeSpan GroupWait => Length(GroupWaitText);

    [JsonIgnore]
    public TimeSpan GroupInterval => Length(GroupIntervalText);

    [JsonIgnore]
    public TimeSpan RepeatInterval => Length(RepeatIntervalText);

    /// <summary>"mailto:…" or the address that is called.</summary>
    [JsonIgnore]
    public string Url => Email is not null ? "mailto:" + string.Join(',', Email.To) : Webhook?.Url ?? Alertmanager!.AlertsUrl;

    public static Receiver Read(string yaml, string source) =>
        Parse(Jobs.Contracts.Definitions.Read(new DefinitionFile { Yaml = yaml, Source = source, Kind = "receiver" }).ToJsonString()).Checked(source);

    /// <summary>The e-mail addresses of a monitor: they are told of its alerts, and at once.</summary>
    public static Receiver OfMonitor(string monitor, IReadOnlyList<string> emails) => new()
    {
        Name = $"monitor/{monitor}",
        Match = [$"monitor={monitor}", "rule=~monitor/.*"],
        Email = new EmailChannel { To = emails },
        GroupBy = ["monitor"],
        GroupWaitText = "0s",
    };

    private static Receiver Parse(string json) => JsonSerializer.Deserialize(json, NotificationJson.Default.Receiver)!;

    private Receiver Checked(string source)
    {
        AssetName.Parse(Name);
        foreach (var matcher in Match ?? [])
            Matcher.Parse(matcher);
        if (Escalate?.To == Name)
            throw SlipwayException.Invalid($"{source}: escalate.to: '{Name}' cannot escalate to itself.");
        return this;
    }

    // "0s" is no length elsewhere; here it means at once.
    private static TimeSpan Length(string text) => Duration.TryParse(text, out var length) ? length : TimeSpan.Zero;
}

internal sealed record EmailChannel
{
    [JsonPropertyName("to")]
    public required IReadOnlyList<string> To { get; init; }
}

internal sealed record WebhookChannel
{
    [JsonPropertyName("url")]
    public required string Url { get; init; }

    /// <summary>The name of the secret that signs it.</summary>
    [JsonPropertyName("secret")]
    public string? Secret { get; set; }
}

internal sealed record AlertmanagerChannel
{
    [JsonPropertyName("url")]
    public required string Url { get; init; }

    [JsonIgnore]
    public string AlertsUrl => Url.TrimEnd('/') + "/api/v2/alerts";
}

/// <summary>Who is told, too, when nobody has acknowledged an alert for so long.</summary>
internal sealed record Escalation
{
    [JsonPropertyName("after")]
    public required string AfterText { get; init; }

    [JsonPropertyName("to")]
    public required string To { get; init; }

    [JsonIgnore]
    public TimeSpan After => Duration.Parse(AfterText);
}

[JsonSerializable(typeof(Receiver))]
[JsonSerializable(typeof(Message))]
[JsonSerializable(typeof(IReadOnlyList<AlertmanagerAlert>))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
internal sealed partial class NotificationJson : JsonSerializerContext;
