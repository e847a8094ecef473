using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;

namespace Slipway.Jobs.Compute.Python;

/// <summary>
/// Python packages for commands that run on this machine: its own when they meet the conda file, else a virtual environment
/// over them, kept by the digest of what is asked for.
/// </summary>
internal sealed class PythonEnvironments(DataOptions data) : IPythonEnvironments
{
    private const string Complete = ".complete";

    private readonly ConcurrentDictionary<string, Lazy<Task<string?>>> _known = new(StringComparer.Ordinal);

    /// <summary>The folder with the programs to put first in PATH; null: this machine's own will do.</summary>
    public async Task<string?> PrepareAsync(TaskEnvironment environment, TextWriter log, CancellationToken ct) =>
        environment.Conda is null ? null : await PrepareAsync(CondaFile.Read(environment.Conda), log, ct);

    public Task<string?> PrepareAsync(string conda, TextWriter log, CancellationToken ct) => PrepareAsync(CondaFile.Read(conda), log, ct);

    private async Task<string?> PrepareAsync(CondaFile wanted, TextWriter log, CancellationToken ct)
    {
        var key = Digest.Of(Encoding.UTF8.GetBytes(string.Join('\n', wanted.Packages.Order(StringComparer.Ordinal)))).ToString()[^32..];
        var entry = _known.GetOrAdd(key, _ => new Lazy<Task<string?>>(() => MakeAsync(wanted, key, log)));
        try
        {
            return await entry.Value.WaitAsync(ct);
        }
        catch when (entry.Value.IsFaulted)
        {
            // Packages may be installed by the next time.
            _known.TryRemove(new(key, entry));
            throw;
        }
    }

    private async Task<string?> MakeAsync(CondaFile wanted, string key, TextWriter log)
    {
        var (version, unmet) = await InstalledPackages.CheckAsync("python3", wanted.Packages, CancellationToken.None);
        if (wanted.Python is { } python && !$"{version}.".StartsWith($"{python}.", StringComparison.Ordinal))
            await log.WriteLineAsync($"[The environment asks for Python {python}; this machine has {version}, which is used.]");
        if (unmet.Count == 0)
            return null;

        var folder = Path.Combine(data.Home, "environments", key);
        if (!File.Exists(Path.Combine(folder, Complete)))
            await InstallAsync(folder, wanted, unmet, log);
        return Path.Combine(folder, "bin");
    }

    private static async Task InstallAsync(
        string folder, CondaFile wanted, IReadOnlyList<(string Wanted, string? Installed)> unmet, TextWriter log)
    {
        // What a process that died began is not to be trusted.
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
        await log.WriteLineAsync($"[Making a virtual environment for {Tell(unmet)}.]");
        var requirements = folder + ".txt";
        await File.WriteAllLinesAsync(requirements, wanted.Packages);
        var said = await RunAsync("python3", ["-m", "venv", "--system-site-packages", folder])
            ?? await RunAsync(
                Path.Combine(folder, "bin", "python"),
                ["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--retries", "1", "--timeout", "15", "-r", requirements]);
        if (said is not null)
        {
            throw SlipwayException.Conflict(
                $"The environment needs what this machine does not have: {Tell(unmet)}. They could not be installed: {said}");
        }

        await File.WriteAllTextAsync(Path.Combine(folder, Complete), "");
    }

    /// <summary>Null when it went well, else its last words.</summary>
    private static async Task<string?> RunAsync(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        var words = $"{await output}\n{await error}".Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return process.ExitCode == 0 ? null : words.LastOrDefault(line => line.StartsWith("ERROR", StringComparison.Ordinal)) ?? words.LastOrDefault() ?? "no reason given.";
    }

    private static string Tell(IReadOnlyList<(string Wanted, string? Installed)> unmet) => string.Join(", ", unmet.Select(pair =>
        pair.Installed is null ? $"{pair.Wanted} (not installed)" : $"{pair.Wanted} ({pair.Installed} is installed)"));
}
