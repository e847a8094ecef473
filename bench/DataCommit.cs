using System.CommandLine;
using System.Diagnostics;
using Slipway.Client;
using Slipway.Server;
using Slipway.Server.Contracts;

namespace Slipway.Bench;

/// <summary>
/// What it costs to commit data: many small files and one large one, through the client and a whole server on this
/// machine, as ratios to sha256sum and to a flushed copy of the same files.
/// </summary>
internal static class DataCommit
{
    public static Command Command()
    {
        var files = new Option<int>("--files") { DefaultValueFactory = _ => 100_000 };
        var mebibytes = new Option<int>("--mib") { Description = "The size of the large file.", DefaultValueFactory = _ => 4096 };
        var command = new Command("data-commit", "Commit small files, commit them again, commit a large one.") { files, mebibytes };
        command.SetAction((parsed, ct) => MeasureAsync(parsed.GetValue(files), parsed.GetValue(mebibytes), ct));
        return command;
    }

    private static async Task MeasureAsync(int files, int mebibytes, CancellationToken ct)
    {
        var folder = Directory.CreateTempSubdirectory("slipway-bench").FullName;

        // The client remembers digests there.
        Environment.SetEnvironmentVariable("HOME", folder);
        try
        {
            await using var app = await ServerModule.StartAsync(
                new ServerSettings { Home = Path.Combine(folder, "home"), Urls = ["http://127.0.0.1:0"] }, ct);
            using var client = new SlipwayClient(new Uri(app.Urls.First()));

            // sha256sum is compiled; the server is while it runs, once in its life.
            await SmallAsync(client, Path.Combine(folder, "early"), files / 5, "of a server that has just started", ct);
            await SmallAsync(client, Path.Combine(folder, "small"), files, "of a server that has run", ct);
            await LargeAsync(client, Path.Combine(folder, "large.bin"), mebibytes, ct);
            await app.StopAsync(ct);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task SmallAsync(SlipwayClient client, string folder, int files, string state, CancellationToken ct)
    {
        var bytes = new byte[4096];
        for (var i = 0; i < files; i++)
        {
            Random.Shared.NextBytes(bytes);
            var path = Path.Combine(folder, $"{i / 1000:d3}", $"{i:d6}.bin");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, bytes, ct);
        }

        var floor = await ShellAsync($"find '{folder}' -type f -print0 | xargs -0 sha256sum > /dev/null", ct);
        await TimeAsync($"first commit of {files:N0} files of 4 KiB {state}", floor, "sha256sum", () => client.Content.UploadAsync(folder, ct));
        await TimeAsync("second commit, nothing changed", floor, "sha256sum", () => client.Content.UploadAsync(folder, ct));
    }

    private static async Task LargeAsync(SlipwayClient client, string path, int mebibytes, CancellationToken ct)
    {
        await ShellAsync($"head -c {mebibytes}M /dev/urandom > '{path}'", ct);
        var hash = await ShellAsync($"sha256sum '{path}'", ct);
        var copy = await ShellAsync($"cp '{path}' '{path}.copy' && sync '{path}.copy' && rm '{path}.copy'", ct);
        await TimeAsync($"commit of a file of {mebibytes:N0} MiB", Math.Max(hash, copy), hash > copy ? "sha256sum" : "cp and sync", () => client.Content.UploadAsync(path, ct));
    }

    private static async Task TimeAsync(string what, double floor, string floorName, Func<Task> act)
    {
        var clock = Stopwatch.StartNew();
        await act();
        var seconds = clock.Elapsed.TotalSeconds;
        Console.WriteLine($"{what}: {seconds:N2} s, {seconds / floor:N2} times {floorName} ({floor:N2} s)");
    }

    private static async Task<double> ShellAsync(string script, CancellationToken ct)
    {
        var clock = Stopwatch.StartNew();
        using var process = Process.Start("sh", ["-c", script]);
        await process.WaitForExitAsync(ct);
        return process.ExitCode == 0 ? clock.Elapsed.TotalSeconds : throw new InvalidOperationException($"{script} ended with {process.ExitCode}.");
    }
}
