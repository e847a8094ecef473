using System.Diagnostics;
using System.Globalization;
using Slipway.EndToEnd.CommandLine;

namespace Slipway.EndToEnd.Jobs;

/// <summary>A verb that runs until it is ended, as a process of its own.</summary>
internal sealed class SlipwayHost : IDisposable
{
    private readonly Process _process;

    private SlipwayHost(Process process) => _process = process;

    /// <param name="says">How the line begins that it prints when it is ready.</param>
    public static async Task<SlipwayHost> StartAsync(string says, IEnumerable<string> arguments, CancellationToken ct, params (string Name, string Value)[] variables)
    {
        var call = SlipwayProgram.Call(arguments);
        call.RedirectStandardOutput = true;

        // A worker that is lost for good is missed soon enough for a test.
        call.Environment["Jobs__LeaseSeconds"] = "3";
        foreach (var (name, value) in variables)
            call.Environment[name] = value;
        var process = Process.Start(call)!;

        // What it logs may come before.
        var before = new List<string>();
        while (await process.StandardOutput.ReadLineAsync(ct) is { } line)
        {
            if (line.StartsWith(says, StringComparison.Ordinal))
                return new SlipwayHost(process);
            before.Add(line);
        }

        throw new InvalidOperationException($"It did not start: '{string.Join('\n', before)}'. Is {string.Join(' ', call.ArgumentList)} right?");
    }

    public static Task<SlipwayHost> StartWorkerAsync(
        string home, string serverHome, string serverUrl, string database, CancellationToken ct) => StartAsync(
        "Slipway works",
        ["worker", "--home", home, "--server-home", serverHome, "--server", serverUrl, "--database", database],
        ct);

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>kill -TERM, and the exit code.</summary>
    public async Task<int> StopAsync(CancellationToken ct)
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await _process.WaitForExitAsync(ct);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }
}
