using System.Diagnostics;
using Slipway.Kernel;

namespace Slipway.Cli.Mounts;

/// <summary>A mount by a process of its own, which stays when the one that asked for it ends.</summary>
internal static class StayingMount
{
    /// <summary>Returns when it is mounted; what the other process says when it cannot is the refusal.</summary>
    /// <param name="arguments">Of this program.</param>
    public static async Task StartAsync(IEnumerable<string> arguments, CancellationToken ct)
    {
        // A session of its own: neither Ctrl-C nor the end of the terminal reaches it.
        using var process = Process.Start(new ProcessStartInfo("setsid", [.. Program(), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.StandardInput.Close();
        if (await process.StandardOutput.ReadLineAsync(ct) is null)
            throw new SlipwayException(ErrorCode.Unavailable, (await process.StandardError.ReadToEndAsync(ct)).Trim());
    }

    private static string[] Program()
    {
        var host = Environment.ProcessPath!;
        return Path.GetFileNameWithoutExtension(host) == "dotnet" ? [host, Environment.GetCommandLineArgs()[0]] : [host];
    }
}
