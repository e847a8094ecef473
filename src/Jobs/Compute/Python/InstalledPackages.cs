using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Kernel;

namespace Slipway.Jobs.Compute.Python;

/// <summary>Asks a Python which requirements its installed distributions do not meet.</summary>
internal static class InstalledPackages
{
    // Versions are compared by pip's own code. Without any, only whether a distribution is there can be told.
    private const string Script =
        """
        import importlib.metadata as metadata, json, platform, sys
        requirement = None
        for module in ("packaging.requirements", "pip._vendor.packaging.requirements", "setuptools._vendor.packaging.requirements"):
            try:
                requirement = __import__(module, fromlist=["Requirement"]).Requirement
                break
            except ImportError:
                pass
        unmet = []
        for line in json.load(sys.stdin):
            if line.startswith("-"):
                continue
            try:
                wanted = requirement(line) if requirement else None
                name = wanted.name if wanted else line
            except Exception:
                unmet.append([line, None])
                continue
            if wanted and wanted.marker and not wanted.marker.evaluate():
                continue
            try:
                have = metadata.version(name)
            except metadata.PackageNotFoundError:
                unmet.append([line, None])
                continue
            if wanted and not wanted.specifier.contains(have, prereleases=True):
                unmet.append([line, have])
        json.dump({"python": platform.python_version(), "unmet": unmet}, sys.stdout)
        """;

    /// <returns>The version of Python, and what is not met with the version that is there instead (null: none is).</returns>
    public static async Task<(string Python, IReadOnlyList<(string Wanted, string? Installed)> Unmet)> CheckAsync(
        string python, IReadOnlyList<string> requirements, CancellationToken ct)
    {
        var call = new ProcessStartInfo(python, ["-c", Script])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Start(call);
        var output = process.StandardOutput.ReadToEndAsync(ct);
        var error = process.StandardError.ReadToEndAsync(ct);
        await process.StandardInput.WriteAsync(
            new JsonArray([.. requirements.Select(line => (JsonNode)line)]).ToJsonString().AsMemory(), ct);
        process.StandardInput.Close();
        await process.WaitForExitAsync(ct);
        if (process.ExitCode != 0)
            throw new SlipwayException(ErrorCode.Unavailable, $"{python} could not list its packages: {(await error).Trim()}");

        var answer = JsonDocument.Parse(await output).RootElement;
        return (
            answer.GetProperty("python").GetString()!,
            [.. answer.GetProperty("unmet").EnumerateArray().Select(pair => (pair[0].GetString()!, pair[1].GetString()))]);
    }

    private static Process Start(ProcessStartInfo call)
    {
        try
        {
            return Process.Start(call)!;
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new SlipwayException(
                ErrorCode.Unavailable, $"The environment has a conda_file, but this machine has no {call.FileName}.", exception);
        }
    }
}
