using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Slipway.EndToEnd.Jobs;
using Slipway.Shared;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Slipway.EndToEnd.Studio;

/// <summary>An incident in the built Studio, in a real browser.</summary>
public sealed class IncidentInBrowserTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private ServerProcess _server = null!;
    private WebReceiver _hook = null!;
    private Browser _browser = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private IPage Page => _browser.Page;

    public async ValueTask InitializeAsync()
    {
        _hook = await WebReceiver.StartAsync(Ct);
        _server = await ServerProcess.StartAsync(
            _folder.File("home"), Ct,
            variables: [("Deliveries__AllowHttp", "true"), ("Deliveries__AllowPrivateAddresses", "true"), ("Alerts__EverySeconds", "1")]);
        _browser = await Browser.OpenAsync(new Uri(_server.Url));
    }

    [Fact]
    public async Task An_incident_shows_its_timeline_takes_a_note_and_is_resolved()
    {
        await FireAsync();
        await Page.GotoAsync("/monitors");
        await Page.GetByRole(AriaRole.Link, new() { Name = "the load is 9" }).ClickAsync();

        var timeline = Page.GetByRole(AriaRole.List, new() { Name = "Timeline" });
        await Expect(timeline.GetByText("Told 'hook': 1 firing.")).ToBeVisibleAsync();
        await Page.GetByLabel("Note").FillAsync("the feed was late");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Add note" }).ClickAsync();
        await Expect(timeline.GetByText("the feed was late")).ToBeVisibleAsync();
        await Page.GetByLabel("Owner").FillAsync("ana");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Assign" }).ClickAsync();
        await Expect(timeline.GetByText("To ana.")).ToBeVisibleAsync();
        await Page.GetByRole(AriaRole.Button, new() { Name = "Acknowledge" }).ClickAsync();
        await Expect(timeline.GetByText("acknowledged")).ToBeVisibleAsync();
        await Page.GetByRole(AriaRole.Button, new() { Name = "Resolve" }).ClickAsync();

        await Expect(Page.GetByRole(AriaRole.Button, new() { Name = "Resolve" })).ToBeHiddenAsync();
        await Expect(Page.GetByText("Resolved after")).ToBeVisibleAsync();
        Assert.Empty(_browser.Complaints);
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _server.Dispose();
        await _hook.DisposeAsync();
        _folder.Dispose();
    }

    // Returns when the webhook was told of the alert.
    private async Task FireAsync()
    {
        using var http = new HttpClient { BaseAddress = new Uri(_server.Url) };
        var created = await PostAsync(http, "api/2.0/mlflow/runs/create", new JsonObject { ["experiment_id"] = "0" }.ToJsonString());
        var run = (string)created["run"]!["info"]!["run_id"]!;
        await PostAsync(
            http, "api/2.0/mlflow/runs/log-metric", new JsonObject { ["run_id"] = run, ["key"] = "load", ["value"] = 9, ["timestamp"] = 1, ["step"] = 1 }.ToJsonString());
        await PostAsync(http, "api/v1/receivers", $"type: receiver\nname: hook\nmatch: [severity=warning]\ngroup_wait: 0s\nwebhook: {{url: '{_hook.Url}'}}");
        await PostAsync(
            http, "api/v1/alert-rules", $"type: alert_rule\nname: load\nvalues: {{load: {{metric: load, run: {run}}}}}\nwhen: load > 5\nmessage: 'the load is ${{{{load}}}}'");
        await _hook.NextAsync(Ct);
    }

    private static async Task<JsonNode> PostAsync(HttpClient http, string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync(path, content, Ct);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
        return (await answer.Content.ReadFromJsonAsync<JsonNode>(Ct))!;
    }
}
