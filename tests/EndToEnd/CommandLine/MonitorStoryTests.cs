using Slipway.EndToEnd.Jobs;
using Slipway.EndToEnd.Studio;
using Slipway.Shared;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Slipway.EndToEnd.CommandLine;

/// <summary>A table that is watched, from the monitor's making to its report in a browser.</summary>
public sealed class MonitorStoryTests : IDisposable
{
    private const string Monitor =
        """
        name: flights
        create_monitor:
          monitoring_signals:
            inputs:
              type: data_drift
              production_data: {input_data: {type: uri_folder, path: "azureml:answers:1"}, data_column_names: {timestamp_column: at}}
              reference_data: {input_data: {type: uri_folder, path: "azureml:baseline:1"}, data_column_names: {timestamp_column: at}}
              features: [hour, "<b>origin</b>"]
              segments: ["<b>origin</b>"]
        """;

    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_monitor_is_declared_run_and_reported_as_a_page_that_stands_alone()
    {
        using var server = await ServerProcess.StartAsync(_folder.File("home"), Ct);
        var address = server.Client.Server;
        await TableAsync(address, "baseline", day => 24);
        await TableAsync(address, "answers", day => day == 1 ? 24 : 6);
        await File.WriteAllTextAsync(_folder.File("monitor.yml"), Monitor, Ct);

        await SlipwayProgram.AskAsync(address, "monitor", "create", "-f", _folder.File("monitor.yml"));
        await RunAsync(address, day: 1);
        await RunAsync(address, day: 2);
        var report = await SlipwayProgram.AskAsync(address, "monitor", "report", "-n", "flights", "--compare", "previous");
        var page = await SlipwayProgram.RunAsync("monitor", "report", "-n", "flights", "--compare", "previous", "-o", "html", "--server", address.ToString());
        var mistaken = await SlipwayProgram.RunAsync("monitor", "report", "-n", "flights", "-o", "htm", "--server", address.ToString());
        var unknown = await SlipwayProgram.RunAsync("monitor", "report", "-n", "flights", "--run", "none", "--server", address.ToString());

        Assert.Equal("hour", (string)report["figures"]![0]!["feature"]!);
        Assert.Equal((2, 1), (mistaken.ExitCode, unknown.ExitCode));
        Assert.Contains("Did you mean 'html'?", mistaken.Error, StringComparison.Ordinal);
        Assert.Contains("Monitor run 'flights/none' does not exist.", unknown.Error, StringComparison.Ordinal);
        Assert.Equal((0, ""), (page.ExitCode, page.Error));
        await File.WriteAllTextAsync(_folder.File("report.html"), page.Output, Ct);
        await LookAsync(address);
    }

    private async Task LookAsync(Uri address)
    {
        await using var browser = await Browser.OpenAsync(address);
        await browser.Page.GotoAsync($"file://{_folder.File("report.html")}");
        await Expect(browser.Page.GetByRole(Microsoft.Playwright.AriaRole.Img, new() { Name = "Distribution of <b>origin</b>" })).ToBeVisibleAsync();
        await Expect(browser.Page.GetByRole(Microsoft.Playwright.AriaRole.Img, new() { Name = "Trend of hour" })).ToBeVisibleAsync();
        Assert.Single(browser.Requests);
        Assert.Empty(browser.Complaints);
    }

    private static Task RunAsync(Uri address, int day) => SlipwayProgram.AskAsync(
        address, "monitor", "run", "-n", "flights", "--from", $"2001-01-0{day}T00:00:00Z", "--to", $"2001-01-0{day + 1}T00:00:00Z");

    private async Task TableAsync(Uri address, string name, Func<int, int> hours)
    {
        var rows = new[] { 1, 2 }.SelectMany(day => Enumerable.Range(0, 480).Select(i => $"2001-01-0{day}T{i % 24:00}:00:00Z,{i % hours(day)},{(char)('A' + (i % 3))}"));
        await File.WriteAllLinesAsync(_folder.File(name + ".csv"), rows.Prepend("at,hour,<b>origin</b>"), Ct);
        await SlipwayProgram.AskAsync(address, "data", "create", "-n", name, "--path", _folder.File(name + ".csv"), "-t", "uri_file");
    }
}
