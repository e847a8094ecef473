using System.Globalization;
using Slipway.EndToEnd.Jobs;
using Slipway.Shared;
using Xunit;

namespace Slipway.EndToEnd.CommandLine;

/// <summary>A series that somebody pushes, and what is found in it, as somebody at a terminal sees it.</summary>
public sealed class AnomalyStoryTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_series_is_pushed_backtested_watched_and_forgotten()
    {
        var ct = TestContext.Current.CancellationToken;
        var start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var lines = Enumerable.Range(0, 40).Select(i => string.Create(CultureInfo.InvariantCulture, $"{start.AddHours(i):O},{(i == 39 ? 90 : 10 + (i % 3))}"));
        await File.WriteAllTextAsync(_folder.File("load.csv"), "time,value\n" + string.Join('\n', lines), ct);
        await File.WriteAllTextAsync(_folder.File("load.yml"), "type: anomaly_detector\nname: load\nseries: {series: load}\ndetector: {type: dynamic}\n", ct);
        await File.WriteAllTextAsync(_folder.File("wrong.yml"), "type: anomaly_detector\nname: load\nseries: {series: load}\ndetector: {type: static}\n", ct);
        using var server = await ServerProcess.StartAsync(_folder.File("home"), ct);
        var address = server.Client.Server;

        var pushed = await SlipwayProgram.AskAsync(address, "series", "push", "-n", "load", "-f", _folder.File("load.csv"), "--label", "host=a");
        var report = await SlipwayProgram.AskAsync(address, "anomaly", "backtest", "-f", _folder.File("load.yml"));
        var created = await SlipwayProgram.AskAsync(address, "anomaly", "create", "-f", _folder.File("load.yml"));
        await SlipwayProgram.AskAsync(address, "anomaly", "run", "-n", "load", "-o", "json");
        var points = await SlipwayProgram.AskAsync(address, "anomaly", "points", "-n", "load", "--anomalous", "-o", "json");
        var listed = await SlipwayProgram.AskAsync(address, "anomaly", "list", "-o", "json");
        var mistake = await SlipwayProgram.RunAsync("anomaly", "create", "-f", _folder.File("wrong.yml"), "--server", address.ToString());
        var deleted = await SlipwayProgram.RunAsync("anomaly", "delete", "-n", "load", "--server", address.ToString());
        var gone = await SlipwayProgram.RunAsync("anomaly", "show", "-n", "load", "--server", address.ToString());

        Assert.Equal(40, (int)pushed["points"]!);
        Assert.Equal((1, 1), ((int)report["violations"]!, (int)report["false_alarms"]!));
        Assert.Equal("dynamic", (string)created["detector"]!);
        Assert.Equal([90.0], points.AsArray().Select(point => (double)point!["value"]!));
        Assert.Equal(["load"], listed.AsArray().Select(detector => (string)detector!["name"]!));
        Assert.Equal(2, mistake.ExitCode);
        Assert.Contains("wrong.yml", mistake.Error, StringComparison.Ordinal);
        Assert.Contains("One of above, below is needed", mistake.Error, StringComparison.Ordinal);
        Assert.Equal(0, deleted.ExitCode);
        Assert.Equal((1, "Anomaly detector 'load' does not exist."), (gone.ExitCode, gone.Error.Trim()));
    }
}
