using Slipway.Kernel;
using Slipway.Monitoring.Contracts;

namespace Slipway.Monitoring.Notifications;

/// <summary>What is to be done about a group: keep it (as it is now), or forget it; and what to say, if anything.</summary>
/// <param name="Firing">What the message says fires; with Resolved empty, too, there is none.</param>
internal sealed record GroupStep(AlertGroup? Group, IReadOnlyList<Alert> Firing, IReadOnlyList<Alert> Resolved)
{
    public bool Speaks => Firing.Count + Resolved.Count > 0;
}

/// <summary>When a receiver is told of a group of alerts, as Alertmanager does: wait for company, tell news at intervals, remind.</summary>
internal static class GroupPlan
{
    /// <param name="group">New ones have told nothing.</param>
    /// <param name="firing">What fires, is not muted and goes to this receiver.</param>
    /// <param name="told">The alerts that were told as firing, as they are now.</param>
    public static GroupStep Next(Receiver receiver, AlertGroup group, IReadOnlyList<Alert> firing, IReadOnlyList<Alert> told, DateTimeOffset now)
    {
        var known = told.Select(alert => alert.Id).ToHashSet(StringComparer.Ordinal);
        var resolved = told.Where(alert => alert.Status == Alert.Resolved).ToList();

        // What was acknowledged before it was told needs no telling.
        var news = firing.Count(alert => !known.Contains(alert.Id) && alert.AcknowledgedAt is null);
        if (group.ToldAt is null)
        {
            return firing.Count == 0 ? new GroupStep(null, [], [])
                : news == 0 || now < group.OpenedAt.ToTime() + receiver.GroupWait ? new GroupStep(group, [], [])
                : Tell(receiver, group, firing, told, resolved, now);
        }

        var since = now - group.ToldAt.Value.ToTime();
        var ended = receiver.SendsResolved || firing.Count == 0 ? resolved.Count : 0;
        var isNew = news + ended > 0 && since >= receiver.GroupInterval;
        var isReminder = since >= receiver.RepeatInterval && firing.Any(alert => alert.AcknowledgedAt is null);
        return isNew || isReminder ? Tell(receiver, group, firing, told, resolved, now) : new GroupStep(group, [], []);
    }

    private static GroupStep Tell(
        Receiver receiver, AlertGroup group, IReadOnlyList<Alert> firing, IReadOnlyList<Alert> told, IReadOnlyList<Alert> resolved, DateTimeOffset now)
    {
        // What was told and is silenced or acknowledged meanwhile stays: its end is to be told.
        var open = firing.Concat(told.Where(alert => alert.Status == Alert.Firing)).Select(alert => alert.Id).Distinct(StringComparer.Ordinal).ToList();
        var next = group with { ToldAt = now.ToUnixTimeMilliseconds(), Told = AlertGroup.Write(open), Messages = group.Messages + 1 };
        return new GroupStep(open.Count == 0 ? null : next, firing, receiver.SendsResolved ? resolved : []);
    }
}
