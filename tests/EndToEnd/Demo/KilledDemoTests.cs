using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Client;
using Slipway.EndToEnd.CommandLine;
using Slipway.EndToEnd.Jobs;
using Slipway.Shared;
using Xunit;

namespace Slipway.EndToEnd.Demo;

[Collection(DemoCollection.Name)]
public sealed class KilledDemoTests(DemoRun unbroken) : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Home => _folder.File("home");

    private string SummaryFile => _folder.File("summary.json");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_demo_that_is_killed_again_and_again_finds_the_same_and_nothing_twice()
    {
        await KillWhenAsync("week 1 has landed", async client => await client.Data.FindAsync("flights-raw", "2", Ct) is not null);
        await KillWhenAsync("week 4 is being scored", async client => await client.Endpoints.StatsAsync("flights", "v1", Ct) is { Rows: > 20_000 });

        // The new champion must not be asked about the week that it was compared on.
        await KillWhenAsync("week 5 has made a champion", async client => await client.Models.FindAsync("flights-late", "champion", Ct) is { Version: > 1 });

        var end = await SlipwayProgram.RunAsync(DemoRun.Arguments(Home, DemoRun.LastWeek, FreePort.Next(), SummaryFile));

        Assert.True(end.ExitCode == 0, end.Error);
        AssertSame(unbroken.Summary, DemoRun.Read(SummaryFile), "summary");
        await AssertNothingTwiceAsync();
    }

    private async Task AssertNothingTwiceAsync()
    {
        using var server = await ServerProcess.StartAsync(Home, Ct);
        var versions = (await server.Client.GetAsync("api/v1/data/flights-raw/versions", Ct))["versions"]!.AsArray();
        var models = (await server.Client.GetAsync("api/v1/models/flights-late/versions", Ct))["versions"]!.AsArray();
        var runs = (await server.Client.GetAsync("api/v1/monitors/flights/runs", Ct))["runs"]!.AsArray();
        var predictions = runs.DistinctBy(run => run!["from"]!.ToString()).Sum(run => run!["labelled"]!.GetValue<long>());

        Assert.Equal(DemoRun.LastWeek + 1, versions.Count);
        Assert.Equal(
            unbroken.Summary["weeks"]!.AsArray().Sum(week => week!["rows"]!.GetValue<long>()), versions[0]!["rows"]!.GetValue<long>());
        Assert.Equal(unbroken.Summary["versions"]!.GetValue<int>(), models.Count);
        Assert.All(runs, run => Assert.Equal(run!["rows"]!.GetValue<long>(), run["labelled"]!.GetValue<long>()));
        Assert.Equal(unbroken.Summary["predictions"]!.GetValue<long>(), predictions);
    }

    /// <summary>Starts the demo, and kills it with -9 as soon as its server says that it has come so far.</summary>
    private async Task KillWhenAsync(string moment, Func<SlipwayClient, Task<bool>> hasComeAsync)
    {
        var port = FreePort.Next();

        // One week more, so that it does not end in the moment of the last kill.
        var call = SlipwayProgram.Call(DemoRun.Arguments(Home, DemoRun.LastWeek + 1, port, SummaryFile));
        call.RedirectStandardOutput = true;
        using var demo = Process.Start(call)!;
        var output = demo.StandardOutput.ReadToEndAsync(Ct);
        try
        {
            using var client = new SlipwayClient(new Uri($"http://127.0.0.1:{port}"));
            while (!await SaysSoAsync(client, hasComeAsync))
            {
                Assert.False(demo.HasExited, $"It ended before {moment}.");
                await Task.Delay(10, Ct);
            }
        }
        finally
        {
            demo.Kill();
            await demo.WaitForExitAsync(CancellationToken.None);
        }

        Assert.DoesNotContain("Mean weekly", await output, StringComparison.Ordinal);
    }

    private static async Task<bool> SaysSoAsync(SlipwayClient client, Func<SlipwayClient, Task<bool>> hasComeAsync)
    {
        try
        {
            return await hasComeAsync(client);
        }
        catch (SlipwayApiException)
        {
            // It does not listen yet, or what is asked about is not there yet.
            return false;
        }
    }

    /// <summary>Everything but the time that it took and what it found in the cache; sums may differ in the last digits.</summary>
    private static void AssertSame(JsonNode? expected, JsonNode? actual, string path)
    {
        switch (expected)
        {
            case JsonObject fields:
                Assert.Equal(fields.Select(field => field.Key), actual!.AsObject().Select(field => field.Key));
                foreach (var (name, value) in fields.Where(field => field.Key is not ("seconds" or "reused")))
                    AssertSame(value, actual[name], $"{path}.{name}");
                break;
            case JsonArray items:
                Assert.True(items.Count == actual!.AsArray().Count, path);
                for (var i = 0; i < items.Count; i++)
                    AssertSame(items[i], actual[i], $"{path}[{i}]");
                break;
            case JsonValue number when number.GetValueKind() == JsonValueKind.Number:
                var (one, other) = (number.GetValue<double>(), actual!.GetValue<double>());
                Assert.True(Math.Abs(one - other) <= 1e-6 * Math.Max(1, Math.Abs(one)), $"{path} is {other} and not {one}");
                break;
            default:
                Assert.True(JsonNode.DeepEquals(expected, actual), $"{path} is {actual} and not {expected}");
                break;
        }
    }
}
