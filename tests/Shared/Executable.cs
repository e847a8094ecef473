using System.Diagnostics;

namespace Slipway.Shared;

/// <summary>Runs a program to its end; it is killed with all that it started when the token is cancelled.</summary>
public static class Executable
{
    public static async Task<Finished> RunAsync(ProcessStartInfo start, CancellationToken ct)
    {
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        await using var kill = ct.Register(() => process.Kill(entireProcessTree: true));

        var output = process.StandardOutput.ReadToEndAsync(ct);
        var error = process.StandardError.ReadToEndAsync(ct);
        await process.WaitForExitAsync(ct);
        return new Finished(process.ExitCode, await output, await error);
    }

    public sealed record Finished(int ExitCode, string Output, string Error);
}
