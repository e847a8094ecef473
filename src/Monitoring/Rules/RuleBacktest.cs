using System.Globalization;
using Slipway.Kernel;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Rules;

/// <summary>What a rule would have done.</summary>
/// <param name="Looks">Moments at which something that it looks at had changed.</param>
/// <param name="Detections">For each time in which something is known to have been wrong.</param>
/// <param name="Missed">Times without an alert.</param>
/// <param name="FalseAlarms">Alerts outside of these times; null when none was named.</param>
/// <param name="AlertsPerWeek">Over the time that was looked at.</param>
internal sealed record RuleBacktest(
    string Rule, DateTimeOffset? From, DateTimeOffset? To, int Looks, IReadOnlyList<ReplayedAlert> Alerts, IReadOnlyList<RuleBacktest.Detection> Detections,
    int? Missed, int? FalseAlarms, double? AlertsPerWeek)
{
    public static RuleBacktest Of(string rule, IReadOnlyList<Moment> moments, int looks, IReadOnlyList<ReplayedAlert> alerts, IReadOnlyList<TimeWindow> wrong)
    {
        DateTimeOffset? from = moments.Count == 0 ? null : moments.Min(moment => moment.At);
        DateTimeOffset? to = moments.Count == 0 ? null : moments.Max(moment => moment.At);
        var detections = wrong.Select(window => Detection.Of(window, alerts)).ToList();
        var weeks = (to - from)?.TotalDays / 7;
        return new RuleBacktest(
            rule, from, to, looks, alerts, detections,
            wrong.Count == 0 ? null : detections.Count(detection => detection.DetectedAt is null),
            wrong.Count == 0 ? null : alerts.Count(alert => !wrong.Any(window => Overlaps(alert, window))),
            weeks > 0 ? Math.Round(alerts.Count / weeks.Value, 3) : null);
    }

    /// <summary>"2001-02-05T00:00:00Z", which lasts until the next one (or the end), or "2001-02-05T00:00:00Z/2001-02-12T00:00:00Z".</summary>
    public static IReadOnlyList<TimeWindow> Read(IReadOnlyList<string> texts)
    {
        var parts = texts.Select(text => text.Split('/') is { Length: 1 or 2 } times
            ? (From: Time(times[0], text), To: times.Length == 2 ? Time(times[1], text) : (DateTimeOffset?)null)
            : throw Wrong(text)).OrderBy(part => part.From).ToList();
        return [.. parts.Select((part, i) => part.To is { } end && end <= part.From
            ? throw SlipwayException.Invalid($"'{texts[i]}' ends before it begins.")
            : new TimeWindow(part.From, part.To ?? (i + 1 < parts.Count ? parts[i + 1].From : DateTimeOffset.MaxValue)))];
    }

    internal static bool Overlaps(ReplayedAlert alert, TimeWindow window) => alert.FiredAt < window.To && (alert.Until ?? DateTimeOffset.MaxValue) > window.From;

    private static DateTimeOffset Time(string text, string whole) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : throw Wrong(whole);

    private static SlipwayException Wrong(string text) =>
        SlipwayException.Invalid($"'{text}' is not a time; write 2001-02-05T00:00:00Z, or with its end 2001-02-05T00:00:00Z/2001-02-12T00:00:00Z.");

    /// <param name="DetectedAt">When the first alert fired, or, one that fired already, the beginning; null: missed.</param>
    internal sealed record Detection(DateTimeOffset From, DateTimeOffset? To, DateTimeOffset? DetectedAt, double? DelaySeconds)
    {
        public static Detection Of(TimeWindow window, IReadOnlyList<ReplayedAlert> alerts)
        {
            var first = alerts.FirstOrDefault(alert => Overlaps(alert, window));
            DateTimeOffset? at = first is null ? null : first.FiredAt > window.From ? first.FiredAt : window.From;
            return new Detection(window.From, window.To == DateTimeOffset.MaxValue ? null : window.To, at, (at - window.From)?.TotalSeconds);
        }
    }
}
