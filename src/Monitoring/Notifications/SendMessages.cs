using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Monitoring.Alerts;
using Slipway.Monitoring.Contracts;
using Slipway.Monitoring.Incidents;
using Slipway.Monitoring.Retraining;
using Slipway.Security.Contracts;

namespace Slipway.Monitoring.Notifications;

/// <summary>
/// Tells receivers of the alerts of a workspace, as far as something is due. What was told and the delivery that tells it are one
/// write, so that nothing is told twice, whoever asks how often.
/// </summary>
internal sealed class SendMessages(
    Database database, GroupStore groups, RoutingReader routing, MessageDelivery message, IDeliveries deliveries, IncidentBook incidents, TimeProvider time)
{
    public async Task RunAsync(WorkspaceName workspace, CancellationToken ct)
    {
        if (!await groups.HasWorkAsync(workspace, ct))
            return;
        var caller = Caller.System with { Workspace = workspace };
        var routes = await routing.ReadAsync(workspace, ct);
        await database.WriteAsync((tx, token) => TellAsync(tx, caller, routes, token), ct);
    }

    private async Task TellAsync(DbTransaction tx, Caller caller, Routing routes, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var begun = await GroupStore.ListAsync(tx, caller.Workspace, ct);
        var firing = (await AlertStore.OpenAsync(tx, caller.Workspace, null, ct)).Where(alert => alert.Status == Alert.Firing).ToList();
        var told = await ToldAsync(tx, caller.Workspace, begun, ct);
        var members = firing.Where(alert => !routes.IsMuted(alert, firing))
            .SelectMany(alert => routes.ReceiversOf(alert, now).Select(receiver => (Group: NewGroup(caller.Workspace, receiver, alert, now), Alert: alert)))
            .ToLookup(member => (member.Group.Receiver, member.Group.Subject));
        var known = begun.ToDictionary(group => (group.Receiver, group.Subject));
        foreach (var key in known.Keys.Union(members.Select(group => group.Key)).OrderBy(key => key.Receiver, StringComparer.Ordinal))
        {
            var group = known.GetValueOrDefault(key) ?? members[key].First().Group;
            var before = group.ReadTold().Select(told.GetValueOrDefault).OfType<Alert>().ToList();
            if (routes.Find(key.Receiver) is { } receiver)
                await WriteAsync(tx, caller, receiver, group, GroupPlan.Next(receiver, group, [.. members[key].Select(member => member.Alert)], before, now), ct);
            else
                await GroupStore.DeleteAsync(tx, group, ct);
        }
    }

    private static async Task<Dictionary<string, Alert>> ToldAsync(
        DbTransaction tx, WorkspaceName workspace, IReadOnlyList<AlertGroup> groups, CancellationToken ct)
    {
        var told = new Dictionary<string, Alert>(StringComparer.Ordinal);
        foreach (var id in groups.SelectMany(group => group.ReadTold()).Distinct(StringComparer.Ordinal))
            told[id] = await AlertStore.GetAsync(tx, workspace, id, ct);
        return told;
    }

    private static AlertGroup NewGroup(WorkspaceName workspace, Receiver receiver, Alert alert, DateTimeOffset now)
    {
        var labels = receiver.GroupBy.Distinct(StringComparer.Ordinal).ToDictionary(label => label, label => alert.Labels.GetValueOrDefault(label, ""));
        return new AlertGroup
        {
            Workspace = workspace.Value,
            Receiver = receiver.Name,
            Subject = Condition.SubjectOf(labels),
            Labels = JsonSerializer.Serialize(labels, MonitoringJson.Default.IReadOnlyDictionaryStringString),
            OpenedAt = now.ToUnixTimeMilliseconds(),
            Told = AlertGroup.Write([]),
            Messages = 0,
        };
    }

    private async Task WriteAsync(DbTransaction tx, Caller caller, Receiver receiver, AlertGroup group, GroupStep step, CancellationToken ct)
    {
        if (step.Speaks)
            await SpeakAsync(tx, caller, receiver, group, step, ct);
        if (step.Group is null)
            await GroupStore.DeleteAsync(tx, group, ct);
        else if (step.Group != group || group.Messages == 0)
            await GroupStore.PutAsync(tx, step.Group, ct);
    }

    private async Task SpeakAsync(DbTransaction tx, Caller caller, Receiver receiver, AlertGroup group, GroupStep step, CancellationToken ct)
    {
        var labels = JsonSerializer.Deserialize(group.Labels, MonitoringJson.Default.IReadOnlyDictionaryStringString)!;
        var text = Message.Of(caller.Workspace.Value, receiver.Name, labels, step.Firing, step.Resolved, message.Address);
        var id = await deliveries.EnqueueAsync(tx, caller, message.Of(receiver, text, IdOf(group)), ct);
        var alerts = step.Firing.Concat(step.Resolved).ToList();
        await GroupStore.AddAsync(
            tx,
            [.. alerts.Select(alert => new AlertMessage
            {
                Alert = alert.Id, Delivery = id, Workspace = caller.Workspace.Value, Receiver = receiver.Name, Status = alert.Status, SentAt = time.UtcNow(),
            })],
            ct);
        foreach (var incident in alerts.Where(alert => alert.Incident is not null).GroupBy(alert => alert.Incident!))
            await incidents.AddAsync(tx, caller, incident.Key, "notified", $"Told '{receiver.Name}': {string.Join(", ", incident.CountBy(alert => alert.Status).Select(state => $"{state.Value} {state.Key}"))}.", null, ct);
    }

    private static string IdOf(AlertGroup group) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $"{group.Workspace}\n{group.Receiver}\n{group.Subject}\n{group.OpenedAt}\n{group.Messages}"))))[..32];
}
