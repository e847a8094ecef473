using System.Text.Json;
using Slipway.Kernel;

namespace Slipway.Monitoring.Notifications;

/// <summary>Nobody is told of the alerts that match, for a time. A row of table alert_silences.</summary>
internal sealed record Silence
{
    public required string Id { get; init; }

    public required string Workspace { get; init; }

    public required string Matchers { get; init; }

    public required string Comment { get; init; }

    public required long StartsAt { get; init; }

    public required long EndsAt { get; init; }

    public required long CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    public IReadOnlyList<Matcher> ReadMatchers() =>
        [.. JsonSerializer.Deserialize(Matchers, NotificationJson.Default.IReadOnlyListString)!.Select(Matcher.Parse)];

    public string StateAt(DateTimeOffset now) => now < StartsAt.ToTime() ? "pending" : now < EndsAt.ToTime() ? "active" : "expired";
}
