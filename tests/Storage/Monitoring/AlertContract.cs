using System.Text.Json;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Monitoring.Contracts;
using Slipway.Monitoring.Notifications;
using Slipway.Monitoring.Rules;
using Slipway.Security.Access;
using Slipway.Shared;

namespace Slipway.Storage.Monitoring;

/// <summary>A server with rules over the metric "load" of run "r", and a webhook that takes what is told.</summary>
public abstract class AlertContract(DatabaseProvider provider) : DatabaseContract(provider)
{
    private protected const string Rule =
        """
        type: alert_rule
        name: load
        values: {load: {metric: load, run: r}}
        when: load > 5
        """;

    private readonly List<MonitoringHost> _others = [];

    private protected MonitoringHost Host { get; private set; } = null!;

    private protected WebReceiver Hook { get; private set; } = null!;

    protected override IEnumerable<IMigrations> Modules => MonitoringHost.Migrations;

    private protected virtual Dictionary<string, string?> Settings => new()
    {
        ["Deliveries:AllowHttp"] = "true",
        ["Deliveries:AllowPrivateAddresses"] = "true",
        ["Alerts:PublicUrl"] = "https://slipway.example.com/",
    };

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var other in _others)
        {
            await other.Get<Database>().DisposeAsync();
            await other.DisposeAsync();
        }

        await Host.DisposeAsync();
        await Hook.DisposeAsync();
        await base.DisposeAsync();
    }

    private protected async Task GivenAsync(string rule = Rule, string? receiver = "match: [severity=warning]\ngroup_wait: 0s")
    {
        Hook = await WebReceiver.StartAsync(Ct);
        Host = new MonitoringHost(Database, Folder, Time, Settings);
        await Host.Get<RoleStore>().CreateWorkspaceAsync(Caller.System, WorkspaceName.Default, Ct);
        await Host.LogAsync("r", 0, Ct);
        if (receiver is not null)
            await ReceiverAsync("hook", receiver);
        if (rule.Length > 0)
            await RuleAsync(rule);
    }

    /// <summary>Another server over the same database.</summary>
    private protected MonitoringHost AnotherServer()
    {
        _others.Add(new MonitoringHost(Open(), Folder, Time, Settings));
        return _others[^1];
    }

    private protected Task ReceiverAsync(string name, string fields) => Host.Get<ReceiverRoutes>().DeclareAsync(
        Caller.System, $"type: receiver\nname: {name}\nwebhook: {{url: '{Hook.Url}/{name}'}}\n{fields}", Ct);

    private protected Task RuleAsync(string yaml) => Host.Get<CreateRule>().RunAsync(Caller.System, yaml, Ct);

    /// <summary>The load is so much, some time later, and the server looks.</summary>
    private protected async Task LoadAsync(double load, TimeSpan? later = null)
    {
        Time.Advance(later ?? TimeSpan.FromMinutes(1));
        await Host.LogAsync("r", load, Ct);
        await Host.LookAsync(Ct);
    }

    private protected async Task LookAsync(TimeSpan later)
    {
        Time.Advance(later);
        await Host.LookAsync(Ct);
    }

    /// <summary>The messages that were sent since the last call: "hook firing load".</summary>
    private protected async Task<IReadOnlyList<string>> ToldAsync()
    {
        await Host.DeliverAsync(Ct);
        var told = new List<string>();
        while (Hook.Waiting > 0)
        {
            using var message = JsonDocument.Parse((await Hook.NextAsync(Ct)).Body);
            var alerts = message.RootElement.GetProperty("alerts").EnumerateArray().Select(alert => alert.GetProperty("rule").GetString());
            told.Add($"{message.RootElement.GetProperty("receiver")} {message.RootElement.GetProperty("status")} {string.Join(' ', alerts)}");
        }

        return [.. told.Order(StringComparer.Ordinal)];
    }

    private protected async Task<Alert> OnlyAsync(string? status = null) => (await Host.AlertsAsync(status, Ct)) is [var alert]
        ? alert
        : throw new InvalidOperationException($"There is not one alert: {string.Join("; ", (await Host.AlertsAsync(null, Ct)).Select(known => $"{known.Status} {known.Message}"))}");
}
