using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Slipway.Server;
using Slipway.Server.Contracts;

namespace Slipway.Bench;

/// <summary>One large artifact up and down over HTTP, beside a flushed copy of the same file on the same disk.</summary>
internal static class ArtifactLoad
{
    private const int Block = 1024 * 1024;

    public static Command Command()
    {
        var size = new Option<int>("--mebibytes") { DefaultValueFactory = _ => 1024 };
        var rounds = new Option<int>("--rounds") { DefaultValueFactory = _ => 3 };
        var command = new Command("artifact-load", "Upload and download of one file, as ratios to a flushed copy; memory above idle.")
        {
            size, rounds,
        };
        command.SetAction((parsed, ct) => MeasureAsync(parsed.GetValue(size), parsed.GetValue(rounds), ct));
        return command;
    }

    private static async Task MeasureAsync(int mebibytes, int rounds, CancellationToken ct)
    {
        var home = Directory.CreateTempSubdirectory("slipway-bench").FullName;
        try
        {
            var source = Path.Combine(home, "source");
            await using var app = await ServerModule.StartAsync(
                new ServerSettings { Home = Path.Combine(home, "server"), Urls = ["http://127.0.0.1:0"] }, ct);
            using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()), Timeout = Timeout.InfiniteTimeSpan };
            for (var round = 0; round < rounds; round++)
            {
                // New bytes each time: content that is stored already would not be written.
                await FillAsync(source, mebibytes, round, ct);
                var idle = Environment.WorkingSet;
                var floor = await TimeAsync(() => CopyAsync(source, Path.Combine(home, "copy"), ct));
                var address = new Uri($"/api/2.0/mlflow-artifacts/artifacts/bench/{round}", UriKind.Relative);
                var up = await TimeAsync(() => UploadAsync(http, address, source, ct));
                var most = Environment.WorkingSet;
                var down = await TimeAsync(() => DownloadAsync(http, address, Path.Combine(home, "down"), ct));
                most = Math.Max(most, Environment.WorkingSet);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"copy {mebibytes / floor:N0} MiB/s, upload {mebibytes / up:N0} MiB/s ({floor / up:P0}), "
                    + $"download {mebibytes / down:N0} MiB/s ({floor / down:P0}), {(most - idle) / 1048576:N0} MiB above idle"));
            }

            await app.StopAsync(ct);
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    private static async Task<double> TimeAsync(Func<Task> action)
    {
        var clock = Stopwatch.StartNew();
        await action();
        return clock.Elapsed.TotalSeconds;
    }

    private static async Task FillAsync(string path, int mebibytes, int seed, CancellationToken ct)
    {
        var random = new Random(seed);
        var block = new byte[Block];
        await using var file = Create(path);
        for (var i = 0; i < mebibytes; i++)
        {
            random.NextBytes(block);
            await file.WriteAsync(block, ct);
        }

        file.Flush(flushToDisk: true);
    }

    private static async Task CopyAsync(string from, string to, CancellationToken ct)
    {
        await using var source = File.OpenRead(from);
        await StoreAsync(source, to, ct);
    }

    private static async Task UploadAsync(HttpClient http, Uri address, string from, CancellationToken ct)
    {
        await using var source = File.OpenRead(from);
        using var content = new StreamContent(source, Block);
        using var response = await http.PutAsync(address, content, ct);
        response.EnsureSuccessStatusCode();
    }

    private static async Task DownloadAsync(HttpClient http, Uri address, string to, CancellationToken ct)
    {
        using var response = await http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, ct);
        response.EnsureSuccessStatusCode();
        await using var body = await response.Content.ReadAsStreamAsync(ct);
        await StoreAsync(body, to, ct);
    }

    private static async Task StoreAsync(Stream source, string to, CancellationToken ct)
    {
        await using var file = Create(to);
        await source.CopyToAsync(file, Block, ct);
        file.Flush(flushToDisk: true);
    }

    private static FileStream Create(string path) => new(path, FileMode.Create, FileAccess.Write, FileShare.None, 0, FileOptions.Asynchronous);
}
