using Slipway.EndToEnd.Jobs;
using Slipway.Shared;
using Xunit;

namespace Slipway.EndToEnd.CommandLine;

/// <summary>A monitor that a schedule runs, switched from either side.</summary>
public sealed class MonitorScheduleStoryTests : IDisposable
{
    private const string Monitor =
        """
        name: table
        trigger: {type: recurrence, frequency: day, interval: 1}
        create_monitor:
          monitoring_signals:
            inputs:
              type: data_drift
              production_data: {input_data: {type: uri_file, path: "azureml:rows:1"}}
              reference_data: {input_data: {type: uri_file, path: "azureml:rows:1"}}
              features: [hour]
        """;

    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 180_000)]
    public async Task A_monitor_with_a_trigger_runs_is_switched_off_on_either_side_and_goes_with_its_schedule()
    {
        using var server = await ServerProcess.StartAsync(_folder.File("home"), Ct);
        var address = server.Client.Server;
        await File.WriteAllLinesAsync(_folder.File("rows.csv"), Enumerable.Range(0, 240).Select(i => $"{i % 24}").Prepend("hour"), Ct);
        await File.WriteAllTextAsync(_folder.File("monitor.yml"), Monitor, Ct);
        await File.WriteAllTextAsync(_folder.File("wrong.yml"), Monitor.Replace("frequency: day", "frequency: dai", StringComparison.Ordinal), Ct);
        await SlipwayProgram.AskAsync(address, "data", "create", "-n", "rows", "--path", _folder.File("rows.csv"), "-t", "uri_file");

        var wrong = await SlipwayProgram.RunAsync("monitor", "create", "-f", _folder.File("wrong.yml"), "--server", server.Url);
        await SlipwayProgram.AskAsync(address, "monitor", "create", "-f", _folder.File("monitor.yml"));
        var state = await FiredAsync(address);
        var runs = await SlipwayProgram.AskAsync(address, "monitor", "runs", "-n", "table", "-o", "json");
        await RunAsync(server.Url, "schedule", "disable", "-n", "table");
        var monitor = await SlipwayProgram.AskAsync(address, "monitor", "show", "-n", "table");
        await SlipwayProgram.AskAsync(address, "monitor", "enable", "-n", "table");
        var schedule = await SlipwayProgram.AskAsync(address, "schedule", "show", "-n", "table");
        await RunAsync(server.Url, "monitor", "delete", "-n", "table");
        var gone = await SlipwayProgram.RunAsync("schedule", "show", "-n", "table", "--server", server.Url);

        Assert.Equal(2, wrong.ExitCode);
        Assert.Contains("frequency", wrong.Error, StringComparison.Ordinal);
        Assert.Equal(("fired", "Completed"), (state, (string)Assert.Single(runs.AsArray())!["status"]!));
        Assert.False((bool)monitor["enabled"]!);
        Assert.True((bool)schedule["is_enabled"]!);
        Assert.Equal((1, "Schedule 'table' does not exist."), (gone.ExitCode, gone.Error.Trim()));
    }

    /// <summary>What became of the first occurrence, which is at once.</summary>
    private static async Task<string> FiredAsync(Uri address)
    {
        while (true)
        {
            var history = await SlipwayProgram.AskAsync(address, "schedule", "history", "-n", "table", "-o", "json");
            if (history.AsArray() is [{ } firing, ..] && (string)firing["state"]! != "waiting")
                return (string)firing["state"]!;
            await Task.Delay(200, Ct);
        }
    }

    private static async Task RunAsync(string url, params string[] arguments)
    {
        var call = await SlipwayProgram.RunAsync([.. arguments, "--server", url]);
        Assert.True(call.ExitCode == 0, call.Error);
    }
}
