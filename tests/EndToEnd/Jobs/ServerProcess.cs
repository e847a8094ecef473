using System.Diagnostics;
using Slipway.Client;
using Slipway.Shared;

namespace Slipway.EndToEnd.Jobs;

/// <summary>A server as a process of its own, to be killed.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, SlipwayClient client)
    {
        _process = process;
        Client = client;
    }

    public SlipwayClient Client { get; }

    public static async Task<ServerProcess> StartAsync(string home, CancellationToken ct)
    {
        var program = Repository.Path("artifacts/bin/Cli/release/slipway.dll");
        var url = $"http://127.0.0.1:{FreePort.Next()}";
        var process = Process.Start(new ProcessStartInfo("dotnet", [program, "server", "--home", home, "--urls", url])
        {
            RedirectStandardOutput = true,
        })!;
        var line = await process.StandardOutput.ReadLineAsync(ct);
        return line?.StartsWith("Slipway listens", StringComparison.Ordinal) == true
            ? new ServerProcess(process, new SlipwayClient(new Uri(url)))
            : throw new InvalidOperationException($"The server did not start : '{line}'. Is {program} built?");
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }
}
