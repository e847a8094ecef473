using System.Data.Common;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Monitoring.Contracts;
using Slipway.Monitoring.Incidents;

namespace Slipway.Monitoring.Alerts;

/// <summary>What became of alerts.</summary>
internal sealed record AlertChanges(IReadOnlyList<Alert> Raised, IReadOnlyList<Alert> Resolved);

/// <summary>Opens, renews and resolves alerts by what rules found.</summary>
internal sealed class AlertBook(LineageLog lineage, IncidentBook incidents, AlertQueue queue, TimeProvider time)
{
    public async Task<AlertChanges> WriteAsync(
        DbTransaction tx, Caller caller, AlertPolicy policy, IReadOnlyList<Condition> conditions, CancellationToken ct)
    {
        var raised = new List<Alert>();
        var resolved = new List<Alert>();
        foreach (var condition in conditions)
        {
            var (next, fires) = await NextAsync(tx, caller, policy, condition, ct);
            if (next is null)
                continue;
            if (next is { Status: Alert.Firing, Incident: null } && policy.OpensIncidents)
                next = await incidents.AttachAsync(tx, caller, next, ct);
            await AlertStore.PutAsync(tx, caller.Workspace, next, ct);
            if (next.Status == Alert.Resolved)
                resolved.Add(next);
            else if (fires)
                raised.Add(next);
        }

        await TellAsync(tx, caller, raised, resolved, ct);
        return new AlertChanges(raised, resolved);
    }

    /// <summary>Resolves alerts whatever their conditions say; until these are seen to have ended, they do not come back.</summary>
    public async Task<AlertChanges> ResolveAsync(DbTransaction tx, Caller caller, IReadOnlyList<Alert> alerts, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var resolved = alerts.Where(alert => alert.Status == Alert.Firing)
            .Select(alert => alert with { Status = Alert.Resolved, ResolvedAt = now, ResolvedBy = caller.Principal, UpdatedAt = now })
            .ToList();
        foreach (var alert in resolved)
            await AlertStore.PutAsync(tx, caller.Workspace, alert, ct);
        foreach (var alert in alerts.Where(alert => alert.Status == Alert.Pending))
            await AlertStore.DeleteAsync(tx, alert.Id, ct);
        await TellAsync(tx, caller, [], resolved, ct);
        return new AlertChanges([], resolved);
    }

    /// <summary>The alert as it is to be kept, null when nothing is, and whether it fires from now on.</summary>
    private async Task<(Alert? Next, bool Fires)> NextAsync(DbTransaction tx, Caller caller, AlertPolicy policy, Condition condition, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var open = await AlertStore.FindOpenAsync(tx, caller.Workspace, policy.Rule, condition.Subject, ct);

        // A look further back than the last one says nothing about how things stand.
        if (open?.EvidenceTime > condition.To)
            return default;
        switch (AlertTransitions.Next(open?.Status, open?.OpenedAt ?? now, condition.Holds, policy.Wait, now))
        {
            case AlertTransition.Pend or AlertTransition.Fire when open is null:
                return await AlertStore.IsHeldAsync(tx, caller.Workspace, policy.Rule, condition.Subject, ct)
                    ? default
                    : (New(policy, condition, now), policy.Wait == TimeSpan.Zero);
            case AlertTransition.Fire:
                return (Seen(open!, policy, condition, now) with { Status = Alert.Firing, FiredAt = now }, true);
            case AlertTransition.Refresh:
                var seen = Seen(open!, policy, condition, now);
                return (seen with { UpdatedAt = open!.UpdatedAt, Labels = open.Labels } == open ? null : seen, false);
            case AlertTransition.Resolve:
                return (Ended(open!, condition, now), false);
            case AlertTransition.Drop:
                await AlertStore.DeleteAsync(tx, open!.Id, ct);
                return default;
            default:
                if (condition.Holds == false)
                    await AlertStore.RearmAsync(tx, caller.Workspace, policy.Rule, condition.Subject, ct);
                return default;
        }
    }

    private static Alert Ended(Alert open, Condition condition, DateTimeOffset now) => open with
    {
        Status = Alert.Resolved,
        Evidence = condition.Evidence,
        LastRun = RunOf(condition),
        UpdatedAt = now,
        ResolvedAt = now,
    };

    private Alert New(AlertPolicy policy, Condition condition, DateTimeOffset now) => new()
    {
        Id = Ids.New(time),
        Rule = policy.Rule,
        Subject = condition.Subject,
        Severity = policy.Severity,
        Labels = Labels(policy, condition),
        Status = policy.Wait == TimeSpan.Zero ? Alert.Firing : Alert.Pending,
        Message = condition.Message,
        Evidence = condition.Evidence,
        EvidenceTime = condition.To,
        Since = condition.From,
        OpenedRun = RunOf(condition),
        LastRun = RunOf(condition),
        OpenedAt = now,
        FiredAt = policy.Wait == TimeSpan.Zero ? now : null,
        UpdatedAt = now,
    };

    private static Alert Seen(Alert open, AlertPolicy policy, Condition condition, DateTimeOffset now) => open with
    {
        Severity = policy.Severity,
        Labels = Labels(policy, condition),
        Message = condition.Message,
        Evidence = condition.Evidence,
        EvidenceTime = condition.To,
        LastRun = RunOf(condition),
        UpdatedAt = now,
    };

    private static Dictionary<string, string> Labels(AlertPolicy policy, Condition condition) =>
        new(condition.Labels, StringComparer.Ordinal) { ["rule"] = policy.Rule, ["severity"] = policy.Severity };

    private static string RunOf(Condition condition) =>
        condition.Evidence.StartsWith("monitor-run:", StringComparison.Ordinal) ? condition.Evidence["monitor-run:".Length..] : "";

    private async Task TellAsync(DbTransaction tx, Caller caller, List<Alert> raised, List<Alert> resolved, CancellationToken ct)
    {
        if (raised.Count + resolved.Count == 0)
            return;
        await lineage.AppendAsync(
            tx,
            caller,
            [
                .. raised.Select(alert => new NewEdge("raised", alert.Evidence, alert.Node)),
                .. resolved.Where(alert => alert.ResolvedBy is null).Select(alert => new NewEdge("resolved", alert.Evidence, alert.Node)),
            ],
            ct);
        await incidents.HearAsync(tx, caller, resolved, ct);
        await queue.QueueAsync(tx, caller.Workspace, ct);
    }
}
