using System.Text.Json;

namespace Slipway.Monitoring.Notifications;

/// <summary>Alerts that a receiver is told of together. A row of table alert_groups.</summary>
internal sealed record AlertGroup
{
    public required string Workspace { get; init; }

    public required string Receiver { get; init; }

    /// <summary>"rule=late-drift".</summary>
    public required string Subject { get; init; }

    public required string Labels { get; init; }

    public required long OpenedAt { get; init; }

    /// <summary>When it was told of last; null: not yet.</summary>
    public long? ToldAt { get; init; }

    /// <summary>The ids of the alerts that were told as firing, as JSON.</summary>
    public required string Told { get; init; }

    public required long Messages { get; init; }

    public IReadOnlyList<string> ReadTold() => JsonSerializer.Deserialize(Told, NotificationJson.Default.IReadOnlyListString)!;

    public static string Write(IEnumerable<string> ids) => JsonSerializer.Serialize([.. ids], NotificationJson.Default.IReadOnlyListString);
}

/// <summary>A row of table alert_messages: a delivery that told of an alert.</summary>
internal sealed record AlertMessage
{
    public required string Alert { get; init; }

    public required string Delivery { get; init; }

    public required string Workspace { get; init; }

    public required string Receiver { get; init; }

    public required string Status { get; init; }

    public required long SentAt { get; init; }
}
