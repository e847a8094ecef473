using Slipway.Monitoring.Contracts;

namespace Slipway.Monitoring.Notifications;

/// <summary>Alerts that need not be told while another one fires.</summary>
/// <param name="Source">The rule whose alerts inhibit.</param>
/// <param name="Match">What the inhibited ones look like.</param>
/// <param name="Equal">Labels in which both must agree.</param>
internal sealed record Inhibition(string Source, IReadOnlyList<Matcher> Match, IReadOnlyList<string> Equal)
{
    /// <summary>An alert does not inhibit those of its own rule, itself among them.</summary>
    public bool Mutes(Alert source, Alert alert) =>
        source.Rule == Source && alert.Rule != Source && source.Status == Alert.Firing && Matcher.AllMatch(Match, alert.Labels)
        && Equal.All(label => source.Labels.GetValueOrDefault(label, "") == alert.Labels.GetValueOrDefault(label, ""));
}

/// <summary>Who is to be told of which alerts at a moment: what matches, what rules name, what is escalated, without what is muted.</summary>
internal sealed class Routing
{
    private readonly Dictionary<string, Receiver> _receivers;
    private readonly Dictionary<string, IReadOnlyList<Matcher>> _matchers;

    public Routing(IEnumerable<Receiver> receivers)
    {
        _receivers = receivers.ToDictionary(receiver => receiver.Name, StringComparer.Ordinal);
        _matchers = _receivers.Values.Where(receiver => receiver.Match is not null)
            .ToDictionary(receiver => receiver.Name, receiver => (IReadOnlyList<Matcher>)[.. receiver.Match!.Select(Matcher.Parse)]);
    }

    /// <summary>Receivers that the rule of an alert names, by rule.</summary>
    public ILookup<string, string> Named { get; init; } = Array.Empty<(string, string)>().ToLookup(pair => pair.Item1, pair => pair.Item2);

    /// <summary>The matchers of each.</summary>
    public IReadOnlyList<IReadOnlyList<Matcher>> Silences { get; init; } = [];

    public IReadOnlyList<Inhibition> Inhibitions { get; init; } = [];

    public Receiver? Find(string name) => _receivers.GetValueOrDefault(name);

    public bool IsMuted(Alert alert, IReadOnlyList<Alert> all) =>
        Silences.Any(silence => Matcher.AllMatch(silence, alert.Labels))
        || Inhibitions.Any(inhibition => all.Any(source => inhibition.Mutes(source, alert)));

    /// <summary>Nobody escalates what somebody has acknowledged.</summary>
    public IReadOnlyCollection<Receiver> ReceiversOf(Alert alert, DateTimeOffset now)
    {
        var reached = new Dictionary<string, Receiver>(StringComparer.Ordinal);
        var next = new Queue<string>(_matchers.Where(pair => Matcher.AllMatch(pair.Value, alert.Labels)).Select(pair => pair.Key).Concat(Named[alert.Rule]));
        while (next.TryDequeue(out var name))
        {
            if (!_receivers.TryGetValue(name, out var receiver) || !reached.TryAdd(name, receiver))
                continue;
            if (receiver.Escalate is { } escalation && alert is { FiredAt: { } fired, AcknowledgedAt: null } && now - fired >= escalation.After)
                next.Enqueue(escalation.To);
        }

        return reached.Values;
    }
}
