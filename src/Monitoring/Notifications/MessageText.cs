using System.Globalization;
using System.Text;
using Slipway.Monitoring.Contracts;
using Slipway.Security.Contracts;

namespace Slipway.Monitoring.Notifications;

/// <summary>A message in words, for people who read mail.</summary>
internal static class MessageText
{
    private const int LongestSubject = 150;

    public static MailText Of(Message message)
    {
        var firing = message.Alerts.Count(alert => alert.Status == Alert.Firing);
        var state = firing > 0 ? $"FIRING:{firing}" : "RESOLVED";
        var subject = $"[{state}] {message.Alerts[0].Text.ReplaceLineEndings(" ")}";
        var text = new StringBuilder();
        foreach (var alert in message.Alerts)
            Write(text, alert);
        text.Append(CultureInfo.InvariantCulture, $"Told to '{message.Receiver}' of workspace '{message.Workspace}'.\n");
        return new MailText(subject.Length <= LongestSubject ? subject : subject[..(LongestSubject - 1)] + "…", text.ToString());
    }

    private static void Write(StringBuilder text, Message.Item alert)
    {
        text.Append(CultureInfo.InvariantCulture, $"{alert.Status.ToUpperInvariant()} ({alert.Severity}): {alert.Text}\n");
        text.Append(CultureInfo.InvariantCulture, $"  seen since {alert.Since.UtcDateTime:yyyy-MM-dd HH:mm} UTC; fired at {alert.FiredAt?.UtcDateTime:yyyy-MM-dd HH:mm} UTC");
        if (alert.ResolvedAt is { } resolved)
            text.Append(CultureInfo.InvariantCulture, $"; resolved at {resolved.UtcDateTime:yyyy-MM-dd HH:mm} UTC");
        text.Append(CultureInfo.InvariantCulture, $"\n  evidence: {alert.Link}\n");
        if (alert.Incident is not null)
            text.Append(CultureInfo.InvariantCulture, $"  incident: {alert.Incident}\n");
        text.Append(CultureInfo.InvariantCulture, $"  labels: {string.Join(", ", alert.Labels.Select(label => $"{label.Key}={label.Value}"))}\n");
        text.Append(CultureInfo.InvariantCulture, $"  slipway alert ack {alert.Id}\n\n");
    }
}
