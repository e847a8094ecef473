using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Monitoring.Alerts;
using Slipway.Monitoring.Contracts;
using Slipway.Monitoring.Incidents;
using Slipway.Monitoring.Notifications;
using Slipway.Security.Contracts;
using Slipway.Shared;
using Xunit;

namespace Slipway.Storage.Monitoring;

public abstract class AlertMessageContract(DatabaseProvider provider) : AlertContract(provider)
{
    private static readonly Caller s_ana = Caller.System;

    [Fact]
    public async Task Two_servers_never_tell_twice()
    {
        await GivenAsync();
        var other = AnotherServer();
        Time.Advance(TimeSpan.FromMinutes(1));
        await Host.LogAsync("r", 9, Ct);

        await Task.WhenAll(Enumerable.Range(0, 4).SelectMany(_ => new[] { Host.LookAsync(Ct), other.LookAsync(Ct) }));

        Assert.Equal(["hook firing load"], await ToldAsync());
        await OnlyAsync();
    }

    [Fact]
    public async Task A_first_message_waits_for_company_and_says_what_was_seen_since_when_and_where()
    {
        await GivenAsync(receiver: "match: [severity=warning]\ngroup_by: [severity, severity]\ngroup_wait: 30s");
        await RuleAsync(Rule.Replace("name: load", "name: high", StringComparison.Ordinal));

        await LoadAsync(9);
        Assert.Empty(await ToldAsync());
        await LookAsync(TimeSpan.FromSeconds(30));
        await Host.DeliverAsync(Ct);

        var call = await Hook.NextAsync(Ct);
        var message = JsonNode.Parse(call.Body)!;
        Assert.Equal(["high", "load"], message["alerts"]!.AsArray().Select(alert => (string)alert!["rule"]!).Order());
        var alert = message["alerts"]![0]!;
        Assert.Equal("https://slipway.example.com/runs/r", (string)alert["link"]!);
        Assert.Equal("2001-01-01T00:01:00+00:00", (string)alert["since"]!);
        Assert.Equal("warning", (string)message["group_labels"]!["severity"]!);
        Assert.Contains("/incidents/", (string)alert["incident"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_goes_on_is_repeated_seldom_and_its_end_is_told()
    {
        await GivenAsync(receiver: "match: [severity=warning]\ngroup_wait: 0s\ngroup_interval: 5m\nrepeat_interval: 4h");

        await LoadAsync(9);
        Assert.Equal(["hook firing load"], await ToldAsync());
        await LookAsync(TimeSpan.FromHours(3));
        Assert.Empty(await ToldAsync());
        await LookAsync(TimeSpan.FromHours(1));
        Assert.Equal(["hook firing load"], await ToldAsync());
        await LoadAsync(1, TimeSpan.FromMinutes(5));
        Assert.Equal(["hook resolved load"], await ToldAsync());
        await LookAsync(TimeSpan.FromHours(5));
        Assert.Empty(await ToldAsync());
    }

    [Fact]
    public async Task Silenced_alerts_are_told_when_the_silence_is_over()
    {
        await GivenAsync();
        await Host.Get<SilenceRoutes>().BeginAsync(
            s_ana, new SilenceRoutes.Request(["rule=~lo.*"], Time.GetUtcNow().AddHours(1), "a test"), Ct);

        await LoadAsync(9);
        Assert.Empty(await ToldAsync());
        await LookAsync(TimeSpan.FromHours(1));

        Assert.Equal(["hook firing load"], await ToldAsync());
    }

    [Fact]
    public async Task An_alert_inhibits_what_its_rule_says()
    {
        await GivenAsync();
        await RuleAsync(
            """
            type: alert_rule
            name: down
            severity: critical
            values: {load: {metric: load, run: r}}
            when: load > 100
            inhibits: [{match: [severity=warning], equal: [run]}]
            """);
        await ReceiverAsync("pager", "match: [severity=critical]\ngroup_wait: 0s");

        await LoadAsync(101);
        Assert.Equal(["pager firing down"], await ToldAsync());
        await LoadAsync(9, TimeSpan.FromMinutes(6));

        Assert.Equal(["hook firing load", "pager resolved down"], await ToldAsync());
    }

    [Fact]
    public async Task What_nobody_acknowledges_is_escalated()
    {
        await GivenAsync(receiver: null);
        await ReceiverAsync("manager", "group_wait: 0s");
        await ReceiverAsync("hook", "match: [severity=warning]\ngroup_wait: 0s\nescalate: {after: 30m, to: manager}");

        await LoadAsync(9);
        Assert.Equal(["hook firing load"], await ToldAsync());
        await LookAsync(TimeSpan.FromMinutes(29));
        Assert.Empty(await ToldAsync());
        await LookAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(["manager firing load"], await ToldAsync());
        await LoadAsync(1, TimeSpan.FromMinutes(10));

        Assert.Equal(["hook resolved load", "manager resolved load"], await ToldAsync());
    }

    [Fact]
    public async Task What_somebody_acknowledged_is_neither_escalated_nor_repeated_and_its_end_is_told()
    {
        await GivenAsync(receiver: null);
        await ReceiverAsync("manager", "group_wait: 0s");
        await ReceiverAsync("hook", "match: [severity=warning]\ngroup_wait: 0s\nescalate: {after: 30m, to: manager}");
        await LoadAsync(9);
        await ToldAsync();

        await Host.Get<SteerAlert>().AcknowledgeAsync(s_ana, (await OnlyAsync()).Id, "I look", Ct);
        await LookAsync(TimeSpan.FromHours(10));
        Assert.Empty(await ToldAsync());
        await LoadAsync(1);

        Assert.Equal(["hook resolved load"], await ToldAsync());
    }

    [Fact]
    public async Task A_webhook_that_fails_for_an_hour_is_tried_again_and_told()
    {
        await GivenAsync();
        for (var i = 0; i < 12; i++)
            Hook.AnswerNext(500);
        await LoadAsync(9);

        var attempts = await Host.DeliverAsync(Ct);
        for (var minute = 0; minute < 80; minute++)
        {
            Time.Advance(TimeSpan.FromMinutes(1));
            attempts += await Host.DeliverAsync(Ct);
        }

        Assert.Equal(13, attempts);
        Assert.Equal(("delivered", 13, null), await OutcomeAsync());
    }

    [Fact]
    public async Task A_webhook_that_never_answers_well_is_given_up_and_shown()
    {
        await GivenAsync();
        for (var i = 0; i < 15; i++)
            Hook.AnswerNext(500);
        await LoadAsync(9);

        for (var hour = 0; hour < 20; hour++)
        {
            await Host.DeliverAsync(Ct);
            Time.Advance(TimeSpan.FromHours(1));
        }

        Assert.Equal(("dead", 15, "It answered 500."), await OutcomeAsync());
    }

    [Fact]
    public async Task A_webhook_is_signed_with_the_secret_that_its_receiver_names()
    {
        await GivenAsync(receiver: null);
        await Host.Get<IVault>().SetAsync(Caller.System, "hook-key", "s3cret", Ct);
        await Host.Get<ReceiverRoutes>().DeclareAsync(
            Caller.System, $"type: receiver\nname: signed\nmatch: [severity=warning]\ngroup_wait: 0s\nwebhook: {{url: '{Hook.Url}', secret: hook-key}}", Ct);

        await LoadAsync(9);
        await Host.DeliverAsync(Ct);

        Assert.StartsWith("v1,", (await Hook.NextAsync(Ct)).Headers["X-Slipway-Signature"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Alertmanager_has_the_alert_while_it_fires_and_not_after()
    {
        await GivenAsync(receiver: null);
        var address = await PrivateServer.Alertmanager.LineAsync();
        var run = Ids.New(TimeProvider.System);
        await Host.LogAsync(run, 0, Ct);
        await RuleAsync(Rule.Replace("run: r", $"run: {run}", StringComparison.Ordinal));
        await Host.Get<ReceiverRoutes>().DeclareAsync(
            Caller.System, $"type: receiver\nname: prometheus\nmatch: [severity=warning]\ngroup_wait: 0s\nalertmanager: {{url: '{address}'}}", Ct);

        // Alertmanager has a clock of its own.
        Time.Advance(TimeProvider.System.GetUtcNow() - Time.GetUtcNow() - TimeSpan.FromMinutes(10));
        await Host.LogAsync(run, 9, Ct);
        await Host.LookAsync(Ct);
        await Host.DeliverAsync(Ct);
        using var http = new HttpClient();
        var listing = $"{address}/api/v2/alerts?filter=run%3D%22{run}%22";
        var firing = Assert.Single((await http.GetFromJsonAsync<JsonArray>(listing, Ct))!)!;
        Time.Advance(TimeSpan.FromMinutes(6));
        await Host.LogAsync(run, 1, Ct);
        await Host.LookAsync(Ct);
        await Host.DeliverAsync(Ct);

        Assert.Equal(
            ("load", "warning", "default"),
            ((string)firing["labels"]!["alertname"]!, (string)firing["labels"]!["severity"]!, (string)firing["labels"]!["workspace"]!));
        Assert.Contains("load is 9", (string)firing["annotations"]!["summary"]!, StringComparison.Ordinal);
        Assert.Equal("https://slipway.example.com/runs/" + run, (string)firing["generatorURL"]!);
        Assert.Empty((await http.GetFromJsonAsync<JsonArray>(listing, Ct))!);
    }

    [Fact]
    public async Task Receivers_that_nothing_could_be_sent_to_are_refused()
    {
        await GivenAsync(rule: "", receiver: null);

        var mail = await Assert.ThrowsAsync<SlipwayException>(() => Host.Get<ReceiverRoutes>().DeclareAsync(
            Caller.System, "type: receiver\nname: x\nemail: {to: [ops@example.com]}", Ct));
        var escalation = await Assert.ThrowsAsync<SlipwayException>(() => ReceiverAsync("x", "escalate: {after: 1h, to: nobody}"));

        Assert.Contains("Mail__Host", mail.Message, StringComparison.Ordinal);
        Assert.Equal("Receiver 'nobody' does not exist.", escalation.Message);
    }

    [Fact]
    public async Task A_receiver_can_be_tried_out()
    {
        await GivenAsync(rule: "", receiver: "match: [severity=warning]");
        Hook.AnswerNext(503);

        var failed = await Host.Get<TestReceiver>().RunAsync(Caller.System, "hook", Ct);
        var taken = await Host.Get<TestReceiver>().RunAsync(Caller.System, "hook", Ct);

        Assert.Equal((503, "It answered 503."), (failed.Status, failed.Error));
        Assert.Null(taken.Error);
        Assert.Equal(2, Hook.Waiting);
    }

    [Fact]
    public async Task Alerts_of_an_endpoint_are_one_incident_with_a_timeline_an_owner_and_notes()
    {
        await GivenAsync();
        await LoadAsync(9);
        var id = (await OnlyAsync()).Incident!;
        var steer = Host.Get<SteerIncident>();

        Time.Advance(TimeSpan.FromMinutes(3));
        await steer.AcknowledgeAsync(s_ana, id, "seen", Ct);
        await steer.AssignAsync(s_ana, id, "bert", Ct);
        await steer.NoteAsync(s_ana, id, "the feed was late", Ct);
        Assert.NotNull((await OnlyAsync()).AcknowledgedAt);
        await LoadAsync(1, TimeSpan.FromMinutes(2));

        var found = await IncidentDetails.ReadAsync(WorkspaceName.Default, id, Host.Get<IncidentStore>(), Host.Get<AlertStore>(), Ct);
        Assert.Equal(
            ["opened", "alert", "notified", "acknowledged", "assigned", "note", "alert resolved", "resolved", "notified"],
            found.Timeline.Select(happened => happened.Act));
        Assert.Equal(("resolved", "bert", 180.0, 300.0), (found.Incident.Status, found.Incident.Owner, found.Incident.SecondsToAcknowledge, found.Incident.SecondsToResolve));
    }

    [Fact]
    public async Task An_incident_that_is_resolved_takes_its_alerts_along()
    {
        await GivenAsync();
        await LoadAsync(9);
        var id = (await OnlyAsync()).Incident!;

        await Host.Get<SteerIncident>().ResolveAsync(s_ana, id, "we live with it", Ct);
        await LoadAsync(10);

        Assert.Equal(Alert.Resolved, (await OnlyAsync()).Status);
        var again = await Assert.ThrowsAsync<SlipwayException>(() => Host.Get<SteerIncident>().ResolveAsync(s_ana, id, null, Ct));
        Assert.Equal(ErrorCode.Conflict, again.Code);
    }

    private async Task<(string State, int Attempts, string? Error)> OutcomeAsync()
    {
        var message = Assert.Single(await Host.Get<GroupStore>().MessagesAsync((await OnlyAsync()).Id, Ct));
        var outcome = (await Host.Get<IDeliveries>().OutcomesAsync(Caller.System, [message.Delivery], Ct))[message.Delivery];
        return (outcome.State, outcome.Attempts, outcome.Error);
    }
}

public sealed class AlertMessageOnSqlite() : AlertMessageContract(DatabaseProvider.Sqlite);

public sealed class AlertMessageOnPostgres() : AlertMessageContract(DatabaseProvider.Postgres);
