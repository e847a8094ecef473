using System.Diagnostics;

namespace Slipway.Shared;

/// <summary>
/// A service of the outside world for this test run: a script in tests/Shared that prints one line when it is ready and serves
/// until its standard input closes, which happens however the test process ends.
/// </summary>
public sealed class KeptService(string script)
{
    /// <summary>Containers by podman; the line is the socket.</summary>
    public static KeptService Podman { get; } = new("private-podman");

    /// <summary>A Slurm of two nodes; the line is its slurm.conf.</summary>
    public static KeptService Slurm { get; } = new("private-slurm");

    private readonly Lock _gate = new();
    private Task<string>? _line;
    private Process? _keeper;

    /// <summary>What it prints; it starts with the first who asks.</summary>
    public Task<string> LineAsync()
    {
        lock (_gate)
            return _line ??= StartAsync();
    }

    private async Task<string> StartAsync()
    {
        // A session of its own, so that a signal to the group of the tests does not end the keeper before the service.
        _keeper = Process.Start(new ProcessStartInfo("setsid", [Repository.Path($"tests/Shared/{script}")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

        return await _keeper.StandardOutput.ReadLineAsync()
            ?? throw new InvalidOperationException(await _keeper.StandardError.ReadToEndAsync());
    }
}
