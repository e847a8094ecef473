using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Slipway.Client;
using Slipway.EndToEnd.Jobs;
using Slipway.Shared;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Slipway.EndToEnd.Studio;

/// <summary>The built Studio, served by a real server, in a real browser.</summary>
public sealed partial class StudioInBrowserTests : IAsyncLifetime
{
    // In the first colour of the charts; grids and axes are grey.
    private const string Line = "path[fill=none][stroke='#2886de']";

    private readonly TempFolder _folder = new();
    private ServerProcess? _server;
    private Browser? _browser;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private SlipwayClient Client => _server!.Client;

    private IPage Page => _browser!.Page;

    public async ValueTask InitializeAsync()
    {
        _server = await ServerProcess.StartAsync(_folder.File("home"), Ct);
        _browser = await Browser.OpenAsync(Client.Server);
    }

    [Fact]
    public async Task Runs_are_sorted_by_a_click_on_a_metric_and_the_address_keeps_the_order()
    {
        await TrackAsync("middling", 0.64);
        await TrackAsync("best", 0.71);
        await TrackAsync("worst", 0.59);
        await Page.GotoAsync("/experiments/flights");

        await Page.GetByRole(AriaRole.Columnheader, new() { Name = "auc" }).GetByRole(AriaRole.Button).ClickAsync();

        await ExpectOrderAsync("best", "middling", "worst");
        await Expect(Page).ToHaveURLAsync(OrderBy());
        await Page.ReloadAsync();
        await ExpectOrderAsync("best", "middling", "worst");
        ExpectNoComplaint();
    }

    [Fact]
    public async Task Experiments_are_found_in_the_folders_of_their_names()
    {
        await MlflowAsync("experiments/create", new JsonObject { ["name"] = "team/fraud/late fees" });
        await MlflowAsync("experiments/create", new JsonObject { ["name"] = "team/churn" });

        await Page.GotoAsync("/experiments");
        await Expect(Page.GetByText("2 experiments")).ToBeVisibleAsync();
        await Page.GetByRole(AriaRole.Link, new() { Name = "team/" }).ClickAsync();
        await Expect(Page.GetByRole(AriaRole.Link, new() { Name = "churn" })).ToBeVisibleAsync();
        await Page.GetByRole(AriaRole.Link, new() { Name = "fraud/" }).ClickAsync();
        await Page.ReloadAsync();

        await Expect(Page.GetByRole(AriaRole.Heading, new() { Name = "fraud" })).ToBeVisibleAsync();
        await Expect(Page.GetByLabel("Above this page").GetByRole(AriaRole.Link, new() { Name = "team" })).ToBeVisibleAsync();
        await Page.GetByRole(AriaRole.Link, new() { Name = "late fees" }).ClickAsync();
        await Expect(Page.GetByRole(AriaRole.Heading, new() { Name = "team/fraud/late fees" })).ToBeVisibleAsync();
        ExpectNoComplaint();
    }

    [Fact]
    public async Task A_metric_is_drawn_as_a_chart_that_can_be_linked()
    {
        var run = await TrackAsync("late", 0.64);

        await Page.GotoAsync($"/runs/{run}?metric=train/loss");

        var chart = Page.GetByLabel("Chart of train/loss").Locator("svg");
        await Expect(chart.GetByText("0.9", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(chart.Locator(Line)).ToBeVisibleAsync();
        ExpectNoComplaint();
    }

    [Fact]
    public async Task A_job_shows_its_steps_and_what_they_wrote()
    {
        const string yaml = "type: command\ncommand: echo 20 rows are late\nenvironment: azureml:any@latest\n";
        var none = new Dictionary<string, string>();
        await Client.Jobs.SubmitAsync(new NewJob(yaml, "late.yml", "late-rows", none, none), Ct);

        await Page.GotoAsync("/jobs");
        await Page.GetByRole(AriaRole.Link, new() { Name = "late-rows" }).ClickAsync();

        await Expect(Page.GetByText("20 rows are late", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(Page.GetByText("Completed").First).ToBeVisibleAsync();
        ExpectNoComplaint();
    }

    [Fact]
    public async Task A_new_server_says_on_each_page_what_is_missing()
    {
        foreach (var (page, sentence) in new[]
        {
            ("/", "Nothing is served yet."), ("/data", "There are no data assets yet."), ("/models", "No model is registered yet."),
            ("/endpoints", "Nothing is served yet."), ("/monitors", "No endpoint is monitored yet."),
            ("/jobs", "No job was submitted yet."), ("/lineage", "Name a node to begin with"), ("/nowhere", "no page at this address"),
        })
        {
            await Page.GotoAsync(page);

            await Expect(Page.GetByText(sentence).First).ToBeVisibleAsync();
        }

        ExpectNoComplaint();
    }

    [Fact]
    public async Task What_does_not_exist_is_said_in_the_sentence_of_the_server()
    {
        await Page.GotoAsync("/models/nothing");

        await Expect(Page.GetByText("Model 'nothing' does not exist.")).ToBeVisibleAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _server?.Dispose();
        _folder.Dispose();
    }

    private async Task<string> TrackAsync(string name, double auc)
    {
        var found = await Client.GetAsync("api/v1/experiments", Ct);
        var experiment = found["experiments"]!.AsArray().FirstOrDefault(each => (string)each!["name"]! == "flights")?["id"]
            ?? (await MlflowAsync("experiments/create", new JsonObject { ["name"] = "flights" }))["experiment_id"];
        var run = await MlflowAsync("runs/create", new JsonObject { ["experiment_id"] = (string)experiment!, ["run_name"] = name, ["start_time"] = 1 });
        var id = (string)run["run"]!["info"]!["run_id"]!;
        var metrics = new JsonArray(Metric("auc", auc, 0), Metric("train/loss", 0.9, 0), Metric("train/loss", 0.4, 1));
        await MlflowAsync("runs/log-batch", new JsonObject { ["run_id"] = id, ["metrics"] = metrics });
        return id;
    }

    private async Task<JsonNode> MlflowAsync(string method, JsonObject body) =>
        await Client.PostAsync($"api/2.0/mlflow/{method}", body, Ct) ?? new JsonObject();

    private static JsonObject Metric(string key, double value, int step) =>
        new() { ["key"] = key, ["value"] = value, ["timestamp"] = step + 1, ["step"] = step };

    private Task ExpectOrderAsync(params string[] names) =>
        Expect(Page.GetByRole(AriaRole.Row).Locator("td:first-child")).ToHaveTextAsync(names);

    private void ExpectNoComplaint()
    {
        Assert.Empty(_browser!.Complaints);
        Assert.All(_browser.Requests, request => Assert.Equal(Client.Server.Authority, request.Authority));
    }

    [GeneratedRegex("orderBy=metrics.*desc")]
    private static partial Regex OrderBy();
}
