using System.Text.Json;
using Slipway.Security.Contracts;

namespace Slipway.Registry.Webhooks;

/// <summary>A row of table webhooks.</summary>
internal sealed record Webhook
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public string? Description { get; init; }

    public required string Url { get; init; }

    /// <summary>Names of events, separated by spaces.</summary>
    public required string Events { get; init; }

    public required bool Active { get; init; }

    public required bool Signed { get; init; }

    public required long CreatedAt { get; init; }

    public required long UpdatedAt { get; init; }

    public string Node => $"webhook:{Id}";

    /// <summary>The secret's name in the vault; null when deliveries are not signed.</summary>
    public string? Secret => Signed ? SecretOf(Id) : null;

    public IEnumerable<WebhookEvent> EventList => Events.Split(' ').Select(WebhookEvent.Of);

    public static string SecretOf(string id) => "webhook-" + id;

    public static string Join(IEnumerable<WebhookEvent> events) => string.Join(' ', events.Select(one => one.Name).Distinct());

    public bool Hears(WebhookEvent happened) => Active && Events.Split(' ').Contains(happened.Name);

    public NewDelivery Deliver(string body) =>
        new() { Subject = Node, Url = Url, Body = body, Secret = Secret, HeaderPrefix = "X-MLflow" };

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("webhook_id", Id);
        json.WriteString("name", Name);
        if (Description is not null)
            json.WriteString("description", Description);
        json.WriteString("url", Url);
        json.WriteStartArray("events");
        foreach (var one in EventList)
        {
            json.WriteStartObject();
            json.WriteString("entity", one.Entity.ToUpperInvariant());
            json.WriteString("action", one.Action.ToUpperInvariant());
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("status", Active ? "ACTIVE" : "DISABLED");
        json.WriteNumber("creation_timestamp", CreatedAt);
        json.WriteNumber("last_updated_timestamp", UpdatedAt);
        json.WriteEndObject();
    }
}
