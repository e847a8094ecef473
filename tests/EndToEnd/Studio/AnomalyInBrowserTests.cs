using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Slipway.EndToEnd.Jobs;
using Slipway.Shared;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Slipway.EndToEnd.Studio;

/// <summary>The chart of an anomaly detector in the built Studio, in a real browser.</summary>
public sealed class AnomalyInBrowserTests : IAsyncLifetime
{
    private const string Detector =
        """
        type: anomaly_detector
        name: load
        series: {series: load}
        detector: {type: dynamic, sensitivity: low}
        history: 28d
        """;

    private static readonly DateTimeOffset s_start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TempFolder _folder = new();
    private ServerProcess _server = null!;
    private Browser _browser = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private IPage Page => _browser.Page;

    public async ValueTask InitializeAsync()
    {
        // The looks of the test are the only ones.
        _server = await ServerProcess.StartAsync(_folder.File("home"), Ct, variables: [("Alerts__EverySeconds", "3600")]);
        _browser = await Browser.OpenAsync(new Uri(_server.Url));
    }

    [Fact]
    public async Task An_anomaly_is_marked_in_the_chart_of_its_series_over_the_band_that_was_learned()
    {
        await GivenAsync();
        await Page.GotoAsync("/monitors");
        await Page.GetByLabel("Open alerts").GetByRole(AriaRole.Link, new() { Name = "anomaly/load" }).ClickAsync();

        await Expect(Page.GetByRole(AriaRole.Heading, new() { Name = "load" })).ToBeVisibleAsync();
        await Expect(Page.GetByLabel("Series")).ToHaveValueAsync("host=b");
        var chart = Page.GetByLabel("Chart of host=b").Locator("svg");
        await Expect(chart.GetByText("anomaly", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(chart.Locator("path[fill='#7d8a1f'][fill-opacity='0.18']").First).ToBeVisibleAsync();
        await Expect(chart.Locator("path[fill='#c9455c']").First).ToBeVisibleAsync();
        await Expect(Page.GetByRole(AriaRole.Table, new() { Name = "Anomalies" }).GetByText("50", new() { Exact = true })).ToBeVisibleAsync();

        await Page.GetByLabel("Series").SelectOptionAsync("host=a");
        await Expect(Page.GetByText("None of these points is an anomaly.")).ToBeVisibleAsync();
        await Page.ReloadAsync();
        await Expect(Page.GetByLabel("Series")).ToHaveValueAsync("host=a");
        Assert.Empty(_browser.Complaints);
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _server.Dispose();
        _folder.Dispose();
    }

    // Two hosts for five days; then one of them is far off in the last of three more.
    private async Task GivenAsync()
    {
        using var http = new HttpClient { BaseAddress = new Uri(_server.Url) };
        await PushAsync(http, [.. Enumerable.Range(0, 120).SelectMany(hour => Points(hour, 10 + (hour % 3)))]);
        await PostAsync(http, "api/v1/anomaly-detectors", Detector);
        await PostAsync(http, "api/v1/anomaly-detectors/load/run", "");
        await PushAsync(http, [.. Points(120, 10), .. Points(121, 11), .. Points(122, 12, last: 50)]);
        await PostAsync(http, "api/v1/anomaly-detectors/load/run", "");
    }

    private static IEnumerable<JsonNode> Points(int hour, double value, double? last = null) =>
    [
        Point("a", hour, value),
        Point("b", hour, last ?? value),
    ];

    private static JsonObject Point(string host, int hour, double value) => new()
    {
        ["name"] = "load",
        ["value"] = value,
        ["at"] = s_start.AddHours(hour).ToString("O", CultureInfo.InvariantCulture),
        ["labels"] = new JsonObject { ["host"] = host },
    };

    private static Task PushAsync(HttpClient http, JsonNode[] points) =>
        PostAsync(http, "api/v1/series/points", new JsonObject { ["points"] = new JsonArray(points) }.ToJsonString());

    private static async Task PostAsync(HttpClient http, string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync(path, content, Ct);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ct));
    }
}
