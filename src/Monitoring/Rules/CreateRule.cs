using Slipway.Kernel;
using Slipway.Monitoring.Notifications;
using Slipway.Monitoring.Rules.Sources;
using Slipway.Security.Contracts;

namespace Slipway.Monitoring.Rules;

/// <summary>Checks and keeps an alert rule; one of the same name is replaced.</summary>
internal sealed class CreateRule(RuleStore rules, ReceiverStore receivers, Policies<IAlertSource> sources, IAccess access, IAuditLog audit)
{
    public async Task<RuleRow> RunAsync(Caller caller, string yaml, CancellationToken ct)
    {
        var rule = AlertRule.Read(yaml, "alert-rule.yml");
        await access.DemandAsync(caller, Permission.Write, $"alert-rule:{rule.Name}", ct);
        foreach (var value in rule.Values.Values)
            await sources.Get("type of value", value.Type).CheckAsync(caller, value, ct);
        foreach (var receiver in rule.Notify)
            await receivers.GetAsync(caller.Workspace, receiver, ct);
        await rules.PutAsync(caller, rule.Name, yaml, ct);
        await audit.AppendAsync(caller, "alert_rule.create", $"alert-rule:{rule.Name}", null, ct);
        return await rules.GetAsync(caller.Workspace, rule.Name, ct);
    }
}
