using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Client;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>slipway data test-history: what tests of an asset found, and what one expectation measured from version to version.</summary>
internal static class DataTestHistory
{
    public static Command Create()
    {
        var name = new Option<string>("--name", "-n") { Description = "The asset's name.", Required = true };
        var suite = new Option<string?>("--suite") { Description = "Only tests by this suite; with --expectation: that of the newest test when it is left out." };
        var expectation = new Option<string?>("--expectation") { Description = "The trend of this expectation, oldest first: what it measured, and the share of rows that failed." };
        var most = new Option<int>("--max-results", "-r") { Description = "The most tests to list.", DefaultValueFactory = _ => 100 };
        return ApiVerb.Create("test-history", "List the tests of an asset, newest first, or the trend of one expectation.", [name, suite, expectation, most], async (client, parsed, format, ct) =>
        {
            var asset = parsed.GetValue(name)!;
            if (parsed.GetValue(expectation) is { } wanted)
                Printer.List(await TrendAsync(client, asset, parsed.GetValue(suite), wanted, ct), ["version", "time", "value", "failedShare", "passed"], format);
            else
                Printer.List(await RunsAsync(client, asset, parsed.GetValue(suite), parsed.GetValue(most), ct), ["version", "suite", "passed", "rows", "failed", "createdAt", "createdBy"], format);
            return 0;
        });
    }

    private static async Task<JsonArray> RunsAsync(SlipwayClient client, string asset, string? suite, int most, CancellationToken ct)
    {
        var path = $"api/v1/data-tests?name={Uri.EscapeDataString(asset)}&limit={most}";
        if (suite is not null)
            path += $"&suite={Uri.EscapeDataString(suite)}";
        var runs = (await client.GetAsync(path, ct))["runs"]!.AsArray();
        foreach (var run in runs)
        {
            // In a table their names say more than all that each of them found.
            var failed = run!["expectations"]!.AsArray().Where(found => !(bool)found!["passed"]!).Select(found => found!["name"]!.ToString());
            run["failed"] = string.Join(", ", failed);
        }

        return runs;
    }

    private static async Task<JsonArray> TrendAsync(SlipwayClient client, string asset, string? suite, string expectation, CancellationToken ct)
    {
        suite ??= (await RunsAsync(client, asset, null, 1, ct)).FirstOrDefault()?["suite"]?.ToString()
            ?? throw SlipwayException.NotFound("A test of data", asset);
        var trend = await client.GetAsync($"api/v1/data-tests/trend?name={Uri.EscapeDataString(asset)}&suite={Uri.EscapeDataString(suite)}", ct);
        var series = trend["expectations"]!.AsArray().ToDictionary(one => one!["expectation"]!.ToString(), one => one!["points"]!.AsArray());
        return series.TryGetValue(expectation, out var points)
            ? points
            : throw SlipwayException.Invalid(
                $"--expectation: no test of {asset} by '{suite}' has '{expectation}'.{Nearest.Hint(expectation, series.Keys)} Known: {string.Join(", ", series.Keys)}.");
    }
}
