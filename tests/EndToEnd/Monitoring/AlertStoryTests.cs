using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Slipway.EndToEnd.CommandLine;
using Slipway.EndToEnd.Jobs;
using Slipway.Shared;
using Xunit;

namespace Slipway.EndToEnd.Monitoring;

/// <summary>What somebody on call does at the command line, from the first rule to the end of the incident.</summary>
public sealed class AlertStoryTests : IAsyncLifetime
{
    private const string Rule =
        """
        type: alert_rule
        name: load
        severity: error
        values: {load: {metric: load, run: RUN}}
        when: load > 5
        message: "the load is ${{load}}"
        """;

    private readonly TempFolder _folder = new();
    private ServerProcess _server = null!;
    private WebReceiver _hook = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _hook = await WebReceiver.StartAsync(Ct);
        _server = await ServerProcess.StartAsync(
            _folder.File("home"), Ct,
            variables: [("Deliveries__AllowHttp", "true"), ("Deliveries__AllowPrivateAddresses", "true"), ("Alerts__EverySeconds", "1")]);
    }

    [Fact]
    public async Task An_alert_is_told_looked_at_acknowledged_and_over()
    {
        var run = (string)(await MlflowAsync("runs/create", new JsonObject { ["experiment_id"] = "0", ["start_time"] = 1 }))["run"]!["info"]!["run_id"]!;
        var rule = await FileAsync("rule.yml", Rule.Replace("RUN", run, StringComparison.Ordinal));
        var receiver = await FileAsync(
            "oncall.yml", $"type: receiver\nname: oncall\nmatch: [severity=error]\ngroup_wait: 0s\ngroup_interval: 1s\nwebhook: {{url: '{_hook.Url}'}}");
        await LoadAsync(run, 1, 1);

        await AskAsync("receiver", "create", "-f", receiver);
        Assert.True((bool)(await AskAsync("receiver", "test", "-n", "oncall"))["delivered"]!);
        Assert.Contains("nothing is wrong", (await _hook.NextAsync(Ct)).Body, StringComparison.Ordinal);
        Assert.Equal("ok", (string)(await AskAsync("alert-rule", "test", "-f", rule))[0]!["verdict"]!);
        await AskAsync("alert-rule", "create", "-f", rule);
        Assert.Equal("load", (string)(await AskAsync("alert-rule", "list"))[0]!["name"]!);

        await LoadAsync(run, 9, 2);
        Assert.Contains("the load is 9", (await _hook.NextAsync(Ct)).Body, StringComparison.Ordinal);
        var alert = (await AskAsync("alert", "list", "--status", "open"))[0]!;
        await AskAsync("alert", "ack", (string)alert["id"]!, "--note", "I look");
        var shown = await AskAsync("alert", "show", (string)alert["id"]!);
        Assert.Equal("oncall", (string)shown["messages"]![0]!["receiver"]!);

        var incident = (string)(await AskAsync("incident", "list", "--status", "acknowledged"))[0]!["id"]!;
        await AskAsync("incident", "assign", incident, "--owner", "ana");
        await AskAsync("incident", "note", incident, "--text", "a batch job ran");
        await LoadAsync(run, 1, 3);
        Assert.Contains("\"resolved\"", (await _hook.NextAsync(Ct)).Body, StringComparison.Ordinal);
        var over = await AskAsync("incident", "show", incident);
        Assert.Equal(("resolved", "ana"), ((string)over["incident"]!["status"]!, (string)over["incident"]!["owner"]!));
        Assert.Equal(1, (int)(await AskAsync("incident", "statistics"))["incidents"]!);

        var played = await AskAsync("alert-rule", "backtest", "-n", "load", "--wrong", "1970-01-01T00:00:02Z/1970-01-01T00:00:03Z");
        Assert.Equal((1, 0, 0), (played["alerts"]!.AsArray().Count, (int)played["missed"]!, (int)played["false_alarms"]!));
        var kept = (await AskAsync("backtest", "list"))[0]!;
        Assert.Equal(("alert-rule", "load", "Completed"), ((string)kept["kind"]!, (string)kept["name"]!, (string)kept["state"]!));
        Assert.Equal(played.ToJsonString(), (await AskAsync("backtest", "show", (string)kept["id"]!))["report"]!.ToJsonString());
        await SlipwayProgram.RunAsync("backtest", "delete", (string)kept["id"]!, "--server", _server.Url);
        Assert.Contains("alert: \"load\"", (await SlipwayProgram.RunAsync("monitor", "export-rules", "--server", _server.Url)).Output, StringComparison.Ordinal);
        Assert.Equal("Slipway", (string)(await AskAsync("monitor", "export-dashboard"))["title"]!);
        Assert.Empty((await AskAsync("delivery", "list")).AsArray());
        await SlipwayProgram.RunAsync("alert-rule", "delete", "-n", "load", "--server", _server.Url);
        Assert.Empty((await AskAsync("alert-rule", "list")).AsArray());
    }

    [Fact]
    public async Task A_silence_lasts_until_somebody_ends_it()
    {
        var silence = await AskAsync("silence", "create", "severity=error", "monitor=~flights.*", "--for", "2h", "--comment", "a feed is moved");
        Assert.Equal("active", (string)silence["state"]!);

        var ended = await SlipwayProgram.RunAsync("silence", "delete", (string)silence["id"]!, "--server", _server.Url);

        Assert.Equal(0, ended.ExitCode);
        Assert.Empty((await AskAsync("silence", "list")).AsArray());
        Assert.Equal("expired", (string)(await AskAsync("silence", "list", "--all"))[0]!["state"]!);
    }

    [Theory]
    [InlineData(1, "Alert 'nothing' does not exist.", "alert", "show", "nothing")]
    [InlineData(1, "Incident 'nothing' does not exist.", "incident", "resolve", "nothing")]
    [InlineData(1, "Receiver 'nobody' does not exist.", "receiver", "test", "-n", "nobody")]
    [InlineData(1, "Backtest 'nothing' does not exist.", "backtest", "show", "nothing")]
    [InlineData(1, "Retraining policy 'nobody' does not exist.", "retraining", "cancel", "-n", "nobody")]
    [InlineData(1, "An active silence 'nothing' does not exist.", "silence", "delete", "nothing")]
    [InlineData(2, "Say how long", "silence", "create", "a=b", "-c", "why")]
    [InlineData(2, "'a' is not a matcher", "silence", "create", "a", "-c", "why", "--for", "1h")]
    [InlineData(2, "rule.yml: when: 'lod' is not one of the values. Did you mean 'load'?", "alert-rule", "create", "-f", "$")]
    [InlineData(2, "rule.yml: when: 'lod' is not one of the values. Did you mean 'load'?", "validate", "-f", "$")]
    public async Task A_mistake_is_told_in_a_sentence_and_by_the_exit_code(int code, string told, params string[] arguments)
    {
        var wrong = await FileAsync("rule.yml", Rule.Replace("when: load", "when: lod", StringComparison.Ordinal));
        string[] server = arguments[0] == "validate" ? [] : ["--server", _server.Url];

        var call = await SlipwayProgram.RunAsync([.. arguments.Select(argument => argument == "$" ? wrong : argument), .. server]);

        Assert.Contains(told, call.Error, StringComparison.Ordinal);
        Assert.Equal((code, ""), (call.ExitCode, call.Output));
    }

    public async ValueTask DisposeAsync()
    {
        _server.Dispose();
        await _hook.DisposeAsync();
        _folder.Dispose();
    }

    private Task<JsonNode> AskAsync(params IEnumerable<string> arguments) => SlipwayProgram.AskAsync(new Uri(_server.Url), arguments);

    private Task<JsonNode> LoadAsync(string run, double value, int second) => MlflowAsync(
        "runs/log-metric", new JsonObject { ["run_id"] = run, ["key"] = "load", ["value"] = value, ["timestamp"] = second * 1000L, ["step"] = second });

    private async Task<JsonNode> MlflowAsync(string path, JsonObject body)
    {
        using var http = new HttpClient();
        using var answer = await http.PostAsJsonAsync($"{_server.Url}/api/2.0/mlflow/{path}", body, Ct);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonNode>(Ct))!;
    }

    private async Task<string> FileAsync(string name, string text)
    {
        await File.WriteAllTextAsync(_folder.File(name), text, Ct);
        return _folder.File(name);
    }
}
