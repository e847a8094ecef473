using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Monitoring;
using Slipway.Monitoring.Notifications;
using Slipway.Monitoring.Rules;
using Xunit;

namespace Slipway.Unit.Monitoring.Alerts;

public sealed class AlertDefinitionTests
{
    private const string Rule =
        """
        type: alert_rule
        name: late-drift
        values:
          psi: {monitor: flights, signal: inputs, metric: population_stability_index}
          slow: {deployment: flights/blue, metric: latency_p95, window: 5m}
          bad: {data_test: flights-raw, metric: failed}
          auc: {experiment: flights, metric: auc}
        when: psi > 0.25 and slow > 250
        """;

    [Fact]
    public void A_rule_says_where_each_value_comes_from()
    {
        var rule = AlertRule.Read(Rule + "\nfor: 10m", "rule.yml");

        Assert.Equal(["monitor", "deployment", "data_test", "metric"], rule.Values.Values.Select(value => value.Type));
        Assert.Equal((TimeSpan.FromMinutes(10), "warning", "keep", true), (rule.Wait, rule.Severity, rule.NoData, rule.OpensIncidents));
        Assert.Equal(["psi", "slow"], rule.Condition.Names);
    }

    [Theory]
    [InlineData("when: psi > 0.25 and slow > 250", "when: psy > 1", "rule.yml: when: 'psy' is not one of the values. Did you mean 'psi'?")]
    [InlineData("signal: inputs", "singal: inputs", "rule.yml:4:27: values.psi.singal: 'singal' is not a field of a monitor's value. Did you mean 'signal'?")]
    [InlineData("latency_p95", "latency_p96", "'latency_p96' is not allowed")]
    [InlineData("window: 5m", "window: soon", "'soon' is not allowed; expected a length of time")]
    [InlineData("{experiment: flights, metric: auc}", "{metric: auc}", "One of run, experiment is needed")]
    [InlineData("{experiment: flights, metric: auc}", "", "values.auc: say what it looks at")]
    [InlineData("  auc:", "  and:", "values.and: a value's name has letters")]
    [InlineData("name: late-drift", "name: late-drift\nmessage: 'now ${{ psy }}'", "message: 'psy' is not one of the values. Did you mean 'psi'?")]
    [InlineData("name: late-drift", "name: late-drift\nseverity: loud", "severity: 'loud' is not allowed; expected one of info, warning, error, critical")]
    [InlineData("name: late-drift", "name: late-drift\ninhibits: [{match: ['x']}]", "'x' is not a matcher")]
    public void A_mistake_in_a_rule_is_told(string right, string wrong, string told)
    {
        var refusal = Assert.Throws<SlipwayException>(() => MonitoringModule.Check("alert-rule", Rule.Replace(right, wrong, StringComparison.Ordinal), "rule.yml"));

        Assert.Equal(ErrorCode.InvalidParameter, refusal.Code);
        Assert.Contains(told, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("email: {to: ops@example.com}", "mailto:ops@example.com")]
    [InlineData("webhook: {url: 'https://example.com/x'}", "https://example.com/x")]
    [InlineData("alertmanager: {url: 'https://am.example.com/'}", "https://am.example.com/api/v2/alerts")]
    public void A_receiver_has_one_channel(string channel, string url)
    {
        var receiver = Receiver.Read($"type: receiver\nname: ops\ngroup_wait: 0s\n{channel}", "receiver.yml");

        Assert.Equal((url, TimeSpan.Zero, TimeSpan.FromHours(4)), (receiver.Url, receiver.GroupWait, receiver.RepeatInterval));
    }

    [Theory]
    [InlineData("", "One of email, webhook, alertmanager is needed")]
    [InlineData("email: {to: [a@b.c]}\nwebhook: {url: x}", "exclude each other")]
    [InlineData("email: {to: [a@b.c]}\nmatch: severity", "'severity' is not a matcher")]
    [InlineData("email: {to: [a@b.c]}\nescalate: {after: 1h, to: ops}", "'ops' cannot escalate to itself")]
    public void A_mistake_in_a_receiver_is_told(string fields, string told)
    {
        var refusal = Assert.Throws<SlipwayException>(() => MonitoringModule.Check("receiver", $"type: receiver\nname: ops\n{fields}", "receiver.yml"));

        Assert.Contains(told, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Rule, "alert-rule")]
    [InlineData("type: receiver\nname: ops\nemail: {to: [a@b.c]}", "receiver")]
    public void Their_kind_is_told_from_their_type(string yaml, string kind) =>
        Assert.Equal(kind, Slipway.Jobs.Contracts.Definitions.Detect(new DefinitionFile { Yaml = yaml, Source = "x.yml" }));

    [Fact]
    public void A_message_is_filled_in()
    {
        var rule = AlertRule.Read(
            "type: alert_rule\nname: x\nvalues: {psi: {monitor: m, metric: p}}\nwhen: psi > 0.2\nmessage: '${{labels.feature}} of ${{ labels.monitor }} is ${{psi}}'", "rule.yml");

        var found = RuleConditions.Of(rule, new Dictionary<string, IReadOnlyList<Figure>> { ["psi"] = [ExpressionTests.Of(0.31234, ("feature", "hour"))] });

        Assert.Equal("hour of flights is 0.3123", Assert.Single(found).Message);
    }
}
