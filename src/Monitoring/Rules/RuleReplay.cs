using Slipway.Monitoring.Alerts;
using Slipway.Monitoring.Contracts;

namespace Slipway.Monitoring.Rules;

/// <summary>An alert that there would have been.</summary>
/// <param name="Until">Null: its condition held until the end.</param>
internal sealed record ReplayedAlert(string Subject, DateTimeOffset Since, DateTimeOffset FiredAt, DateTimeOffset? Until, string Message);

/// <summary>Plays the moments of what a rule looks at through it, by the transitions that the live rule takes.</summary>
internal sealed class RuleReplay(AlertRule rule)
{
    private readonly Dictionary<string, (DateTimeOffset Since, DateTimeOffset? FiredAt, string Message)> _open = new(StringComparer.Ordinal);
    private readonly List<ReplayedAlert> _alerts = [];

    /// <summary>How often the rule was looked at.</summary>
    public int Looks { get; private set; }

    /// <param name="moments">Of each value, in the order of time.</param>
    public IReadOnlyList<ReplayedAlert> Play(IReadOnlyDictionary<string, IReadOnlyList<Moment>> moments)
    {
        var figures = rule.Values.Keys.ToDictionary(name => name, _ => (IReadOnlyList<Figure>)[], StringComparer.Ordinal);
        var changes = moments.SelectMany(value => value.Value.Select(moment => (Name: value.Key, Moment: moment)))
            .GroupBy(change => change.Moment.At).OrderBy(group => group.Key);
        var last = DateTimeOffset.MinValue;
        foreach (var change in changes)
        {
            // Nothing changed since the last moment but the time, which lets waiting alerts fire.
            Ripen(change.Key, inclusive: false);
            foreach (var (name, moment) in change)
                figures[name] = moment.Figures;
            foreach (var condition in RuleConditions.Of(rule, figures))
                Step(condition, change.Key);
            Looks++;
            last = change.Key;
        }

        Ripen(last, inclusive: true);
        _alerts.AddRange(_open.Where(pair => pair.Value.FiredAt is not null).Select(pair => Ended(pair.Key, null)));
        return [.. _alerts.OrderBy(alert => alert.FiredAt).ThenBy(alert => alert.Subject, StringComparer.Ordinal)];
    }

    private void Ripen(DateTimeOffset now, bool inclusive)
    {
        foreach (var (subject, alert) in _open.ToList())
        {
            var due = alert.Since + rule.Wait;
            if (alert.FiredAt is null && (due < now || (inclusive && due == now)))
                _open[subject] = alert with { FiredAt = due };
        }
    }

    private void Step(Condition condition, DateTimeOffset now)
    {
        var isOpen = _open.TryGetValue(condition.Subject, out var open);
        var status = !isOpen ? null : open.FiredAt is null ? Alert.Pending : Alert.Firing;
        var holds = condition.Holds ?? (rule.NoData == "ok" ? false : null);
        switch (AlertTransitions.Next(status, isOpen ? open.Since : now, holds, rule.Wait, now))
        {
            case AlertTransition.Pend:
                _open[condition.Subject] = (now, null, condition.Message);
                break;
            case AlertTransition.Fire:
                _open[condition.Subject] = (isOpen ? open.Since : now, now, condition.Message);
                break;
            case AlertTransition.Drop:
                _open.Remove(condition.Subject);
                break;
            case AlertTransition.Resolve:
                _alerts.Add(Ended(condition.Subject, now));
                _open.Remove(condition.Subject);
                break;
            default:
                break;
        }
    }

    private ReplayedAlert Ended(string subject, DateTimeOffset? until)
    {
        var alert = _open[subject];
        return new ReplayedAlert(subject, alert.Since, alert.FiredAt!.Value, until, alert.Message);
    }
}
