using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Slipway.Client;
using Slipway.Kernel;
using Slipway.Server;
using Slipway.Server.Contracts;

namespace Slipway.Cli.Demo;

/// <summary>slipway demo: a server, and the flights of 2001 played through it.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var until = new Option<int>("--until-week")
        {
            Description = $"Stop after this week, 0 to {DemoPlayer.LastWeek}.",
            DefaultValueFactory = _ => DemoPlayer.LastWeek,
        };
        var summary = new Option<string?>("--summary") { Description = "Write what was found as JSON to this file." };
        var exit = new Option<bool>("--exit") { Description = "End when the weeks are played, instead of going on serving." };
        var home = new Option<string>("--home")
        {
            Description = "The folder of the demo's server. A stopped demo goes on where it was.",
            DefaultValueFactory = _ => Path.Combine(
                Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".slipway", "demo"),
        };
        var urls = new Option<string>("--urls")
        {
            Description = "The address to listen on.",
            DefaultValueFactory = _ => "http://127.0.0.1:5000",
        };
        var command = new Command("demo", "Play half a year of flights through the whole loop.") { until, summary, exit, home, urls };
        command.SetAction((parsed, ct) => RunAsync(
            new Options(
                parsed.GetValue(until),
                parsed.GetValue(summary),
                parsed.GetValue(exit),
                Path.GetFullPath(parsed.GetValue(home)!),
                parsed.GetValue(urls)!),
            ct));
        return command;
    }

    private static async Task<int> RunAsync(Options options, CancellationToken ct)
    {
        if (options.UntilWeek is < 0 or > DemoPlayer.LastWeek)
            throw SlipwayException.Invalid($"--until-week is {options.UntilWeek}; the data has weeks 0 to {DemoPlayer.LastWeek}.");
        CheckSummary(options.Summary);
        _ = ExampleFiles.FlightsParquet;

        // Alerts are warnings in the log; here the table tells them.
        var settings = new ServerSettings { Home = options.Home, Urls = [options.Urls], LogLevel = LogLevel.Error };
        await using var app = await ServerModule.StartAsync(settings, ct);
        var progress = DemoProgress.Load(options.Home);
        await PlayAsync(app, options, progress, ct);
        if (options.Summary is { } file)
            await File.WriteAllTextAsync(file, JsonSerializer.Serialize(Summarise(progress), DemoJson.Default.DemoSummary), ct);
        Conclude(progress);
        if (!options.Exit)
            await ServeOnAsync(app.Urls.First(), options.Home, ct);
        await app.StopAsync(CancellationToken.None);
        return 0;
    }

    private static async Task PlayAsync(WebApplication app, Options options, DemoProgress progress, CancellationToken ct)
    {
        var address = new Uri(app.Urls.First());
        using var client = new SlipwayClient(address);
        using var http = new HttpClient { BaseAddress = address };
        using var table = new WeekTable();
        var jobs = new DemoJobs(client, ServerModule.StepKinds());
        var player = new DemoPlayer(
            client, jobs, new Traffic(http, DemoPlayer.Endpoint, DemoPlayer.Model), progress, table);
        var started = Stopwatch.GetTimestamp();
        var before = progress.Seconds;
        table.Begin($"Slipway plays the flights of 2001 at {address} (home {options.Home}).");
        if (progress.Weeks.Count > 0)
            Console.WriteLine($"  going on after week {progress.Weeks[^1].Week}");
        await player.PlayAsync(
            options.UntilWeek,
            () => progress.Seconds = before + Stopwatch.GetElapsedTime(started).TotalSeconds,
            ct);
    }

    private static DemoSummary Summarise(DemoProgress progress) => new(
        progress.Weeks,
        progress.Weeks.Sum(week => week.Predictions),
        progress.Weeks.Count(week => week.Action != "none"),
        Averages(progress),
        Math.Round(progress.Seconds, 1));

    private static DemoAverages? Averages(DemoProgress progress)
    {
        var served = progress.Weeks.Where(week => week.Brier is not null).ToList();
        return served.Count == 0
            ? null
            : new DemoAverages(
                served.Average(week => week.BrierFrozen!.Value),
                served.Average(week => week.BrierUngated!.Value),
                served.Average(week => week.Brier!.Value));
    }

    private static void Conclude(DemoProgress progress)
    {
        var summary = Summarise(progress);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{summary.Predictions:N0} predictions, {summary.Versions} versions trained, {summary.Seconds:0} seconds."));
        if (summary.Brier is { } brier)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"Mean weekly Brier score (lower is better): first model frozen {brier.Frozen:0.00000}, retrained every week without a gate {brier.Ungated:0.00000}, the gated loop {brier.Gated:0.00000}."));
        }
    }

    private static async Task ServeOnAsync(string address, string home, CancellationToken ct)
    {
        var id = Traffic.PredictionId(DemoPlayer.FirstTraining + 1, 0);
        Console.WriteLine(
            $"""
             Serving at {address}; Ctrl-C ends it ('slipway server --home {home}' brings it back). Try:
               slipway lineage show prediction:{id}
               slipway model history {DemoPlayer.Model}
               slipway sql "select origin, avg(late) from 'data:flights-features@latest' group by 1 order by 2 desc limit 5"
             """);
        try
        {
            await Task.Delay(Timeout.Infinite, ct);
        }
        catch (OperationCanceledException)
        {
            // The way to end it.
        }
    }

    // Found out now, not after minutes of work.
    private static void CheckSummary(string? file)
    {
        if (file is not null && Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder && !Directory.Exists(folder))
            throw SlipwayException.Invalid($"--summary: there is no folder '{folder}'.");
    }

    private sealed record Options(int UntilWeek, string? Summary, bool Exit, string Home, string Urls);
}
