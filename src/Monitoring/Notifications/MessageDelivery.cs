using System.Text.Json;
using Microsoft.Extensions.Options;
using Slipway.Security.Contracts;

namespace Slipway.Monitoring.Notifications;

/// <summary>Makes of a message what its receiver's channel takes.</summary>
internal sealed class MessageDelivery(IOptions<AlertOptions> options, TimeProvider time)
{
    /// <summary>Of the server as people reach it, without a slash at the end; "" when nobody said.</summary>
    public string Address { get; } = options.Value.PublicUrl.TrimEnd('/');

    public NewDelivery Of(Receiver receiver, Message message, string? id)
    {
        var subject = $"receiver:{receiver.Name}";
        if (receiver.Email is { } email)
            return NewDelivery.Mail(subject, email.To, MessageText.Of(message)) with { Id = id };
        return new NewDelivery
        {
            Id = id,
            Subject = subject,
            Url = receiver.Url,
            Secret = receiver.Webhook?.Secret,
            Body = receiver.Alertmanager is not null
                ? JsonSerializer.Serialize(
                    [.. message.Alerts.Select(alert => AlertmanagerAlert.Of(alert, message.Workspace, time.GetUtcNow(), 2 * receiver.RepeatInterval))],
                    NotificationJson.Default.IReadOnlyListAlertmanagerAlert)
                : JsonSerializer.Serialize(message, NotificationJson.Default.Message),
        };
    }
}
